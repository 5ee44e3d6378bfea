// Part of CloudFront functions in place of choose.js: every page as it is stored.
function choosePage(request) {
    return request;
}
