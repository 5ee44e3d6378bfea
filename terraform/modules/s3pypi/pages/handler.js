// CloudFront function for viewer requests to a repository that everybody may read.
function handler(event) {
    return choosePage(event.request);
}
