/** The smaller build (no subtitles, no protected content) has the same class, without types of its own. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
