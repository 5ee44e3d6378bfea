// CloudFront function for viewer requests (runtime 2.0): let readers in who send a token.
//
// The key-value store has a key for each token: the SHA-256 of the token (base64url). Its value is a JSON object with
// `user`, `projects` (patterns of names) and, if the token expires, `expires`, such as
// 2027-01-31T00:00:00Z: the runtime reads no other zone.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html

import cf from 'cloudfront';
import crypto from 'crypto';

// More than a user's name and a token have, so that no request costs much.
const LONGEST_HEADER = 1024;
const TOKEN = /^s3pypi-.*[A-Za-z0-9_-]{43}$/;
const BASIC = /^ *basic +([A-Za-z0-9+/]+={0,2}) *$/i; // njs needs 370 KB to split a text at a pattern
// The path of an object in a folder, whose name is as it is in the bucket: S3 undoes percent-encoding.
const IN_FOLDER = /^\/([A-Za-z0-9][A-Za-z0-9._-]*)\//;
const UP = /(\.|%2e){2}/i;

async function handler(event) {
    const request = event.request;
    const sent = credentials(request.headers.authorization);
    if (sent === null) {
        return challenge();
    }
    let record;
    try {
        record = await recordOf(sent.token);
    } catch (error) {
        return answer(503, 'Service Unavailable', { 'retry-after': { value: '5' } }, 'Tokens cannot be read; try again');
    }
    if (record === null || (sent.user !== '' && sent.user !== record.user) || isOver(record.expires)) {
        return challenge();
    }
    if (!mayRead(record.projects || [], request.uri)) {
        return answer(403, 'Forbidden', {}, 'You may not read this project');
    }
    delete request.headers.authorization;
    return choosePage(request);
}

// User and token of an Authorization header (RFC 7617); null if it has none. The user is empty if any will do.
function credentials(header) {
    if (header === undefined || header.value.length > LONGEST_HEADER) {
        return null;
    }
    const found = BASIC.exec(header.value);
    if (found === null) {
        return null;
    }
    const text = Buffer.from(found[1], 'base64').toString();
    const colon = text.indexOf(':');
    if (colon < 0) {
        return null;
    }
    const name = text.slice(0, colon);
    const password = text.slice(colon + 1);
    if (password === '') {
        return TOKEN.test(name) ? { user: '', token: name } : null;
    }
    return TOKEN.test(password) ? { user: name === '__token__' ? '' : name, token: password } : null;
}

// What the store has for a token; null if it has nothing. A store that fails is an error, and no wrong token.
async function recordOf(token) {
    const key = crypto.createHash('sha256').update(token).digest('base64url');
    const store = cf.kvs();
    const known = await store.exists(key);
    return known ? await store.get(key, { format: 'json' }) : null;
}

function isOver(expires) {
    return expires !== undefined && !(Date.now() < Date.parse(expires));
}

// Whether the project at a path has one of the names; the list of projects is for those who may read all.
function mayRead(projects, uri) {
    if (projects.includes('*')) {
        return true;
    }
    const found = IN_FOLDER.exec(uri);
    if (found === null || UP.test(uri)) {
        return false;
    }
    const project = normalized(found[1]);
    return projects.some((pattern) => matches(normalized(pattern), project));
}

function normalized(name) {
    return name.replace(/[-_.]+/g, '-').toLowerCase();
}

// Patterns have letters, digits, hyphens, `*` and `?`.
function matches(pattern, name) {
    return new RegExp('^' + pattern.replace(/\*/g, '.*').replace(/\?/g, '.') + '$').test(name);
}

function challenge() {
    const header = { 'www-authenticate': { value: 'Basic realm="Python packages", charset="UTF-8"' } };
    return answer(401, 'Unauthorized', header, 'A token is needed');
}

function answer(status, description, headers, text) {
    headers['cache-control'] = { value: 'no-store' };
    headers['content-type'] = { value: 'text/plain; charset=utf-8' };
    return { statusCode: status, statusDescription: description, headers: headers, body: text + '\n' };
}
