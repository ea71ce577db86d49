/**
 * Runs in a page. Finds the visible texts whose contrast with what is behind them is below the minimum (WCAG 2.2,
 * 1.4.3), one line each. Knows plain colours only: a text on a picture is measured against the colour below it.
 */
export function findLowContrast(minimum) {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === '' || !element.checkVisibility({ opacityProperty: true })) continue;
    if (element.closest('script, noscript, option, :disabled')) continue;
    const behind = backgroundOf(element);
    const ink = parse(getComputedStyle(element).color);
    const ratio = contrast(luminance(blend(ink, opacityOf(element), behind)), luminance(behind));
    if (ratio < minimum)
      found.add(`${ratio.toFixed(2)} ${describe(element)} "${text.slice(0, 30)}"`);
  }
  return [...found];

  function parse(color) {
    const numbers = color
      .match(/^rgba?\(([\d., ]+)\)$/)?.[1]
      .split(',')
      .map(Number);
    if (!numbers) throw new Error(`Not a plain colour: ${color}`);
    const [red, green, blue, alpha = 1] = numbers;
    return { rgb: [red, green, blue], alpha };
  }

  function backgroundOf(element) {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      layers.unshift(parse(getComputedStyle(each).backgroundColor));
    }
    return layers.reduce((behind, layer) => blend(layer, 1, behind), [255, 255, 255]);
  }

  function opacityOf(element) {
    let opacity = 1;
    for (let each = element; each; each = each.parentElement) {
      opacity *= Number(getComputedStyle(each).opacity);
    }
    return opacity;
  }

  function blend({ rgb, alpha }, opacity, behind) {
    const share = alpha * opacity;
    return rgb.map((value, index) => value * share + behind[index] * (1 - share));
  }

  function luminance(rgb) {
    const [red, green, blue] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  function describe(element) {
    return (
      element.tagName.toLowerCase() + [...element.classList].map((name) => `.${name}`).join('')
    );
  }
}
