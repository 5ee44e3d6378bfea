// Choose the page of a folder by the Accept header.
//
// The choice is in the path, so CloudFront keeps both pages of a project without looking at headers. PEP 691 says what
// clients send: https://peps.python.org/pep-0691/#version-format-selection
//
// Part of CloudFront functions (runtime 2.0), which are one file each. Their language has no destructuring, spread or
// optional chaining: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

const JSON_TYPES = ['application/vnd.pypi.simple.v1+json', 'application/vnd.pypi.simple.latest+json'];
const HTML_TYPES = ['application/vnd.pypi.simple.v1+html', 'application/vnd.pypi.simple.latest+html', 'text/html'];
const PROJECT = /^\/[A-Za-z0-9][A-Za-z0-9_-]*$/;

// The request for the page that its Accept header asks for, or an answer that adds a missing slash.
function choosePage(request) {
    if (request.uri.endsWith('/')) {
        request.uri += wantsJson(request.headers.accept) ? 'index.json' : 'index.html';
    } else if (PROJECT.test(request.uri)) {
        return {
            statusCode: 301,
            statusDescription: 'Moved Permanently',
            headers: { location: { value: request.uri + '/' } },
        };
    }
    return request;
}

// Whether a client names JSON, and likes no form of HTML that it names better.
function wantsJson(header) {
    let json = 0;
    let html = 0;
    const entries = header ? header.value.toLowerCase().split(',') : [];
    entries.forEach((entry) => {
        const parts = entry.split(';').map((part) => part.trim());
        const quality = qualityOf(parts.slice(1));
        if (JSON_TYPES.includes(parts[0])) {
            json = Math.max(json, quality);
        } else if (HTML_TYPES.includes(parts[0])) {
            html = Math.max(html, quality);
        }
    });
    return json > 0 && json >= html;
}

function qualityOf(parameters) {
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice(2));
    return quality >= 0 && quality <= 1 ? quality : 0;
}
