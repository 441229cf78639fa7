/** What moves, and when it must not. */

/** Whether the person has asked for less motion. Then jump instead of gliding. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * A loop of frames that rests while its element is out of view or the page is hidden.
 * @param {Element} element
 * @param {function(number)} frame gets the seconds since the last frame, at most 0.1
 * @returns {{start: function(), stop: function(), readonly running: boolean}}
 */
export function loop(element, frame) {
  let [wanted, visible, request, last] = [false, true, 0, 0];
  const run = (now) => {
    // A frame's time is that of its beginning, which may lie before the moment when the loop was started.
    const seconds = Math.min(0.1, Math.max(0, (now - last) / 1000));
    last = now;
    request = 0;
    frame(seconds);
    schedule();
  };
  const schedule = () => {
    if (wanted && visible && !request) request = requestAnimationFrame(run);
  };
  new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    last = performance.now();
    schedule();
  }).observe(element);
  return {
    start() {
      wanted = true;
      last = performance.now();
      schedule();
    },
    stop() {
      wanted = false;
      cancelAnimationFrame(request);
      request = 0;
    },
    get running() {
      return wanted;
    },
  };
}
