package dev.gradwatch.collector.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The gradient map over steps, in a real Chromium beside a real collector: a job of which one block has no gradient in every other ten passes. */
class MapOverStepsIT {
    private static final int PASSES = 40;

    @RegisterExtension
    static final Pages PAGES = new Pages();

    private static String url;

    private Page page;

    @BeforeAll
    static void start() throws Exception {
        url = PAGES.collector().url();
        PAGES.ended("steps", 60, 2, PASSES);
    }

    @BeforeEach
    void open() {
        page = PAGES.page();
    }

    private static String row(String path) {
        return ".map-row[title='" + path + "']";
    }

    @Test
    void switch_isInTheAddress_andBackGoesBack() {
        page.navigate(url + "#/jobs/steps");
        assertThat(page.locator(".map-ranks")).hasText("rank 0, 1");
        page.locator(".map .choice button").nth(1).click();
        assertThat(page.locator(".map-scale span")).hasText(new String[] {"0", "20", "39"});
        assertThat(page.url()).contains("map=steps");
        page.locator(".map-rank").selectOption("1");
        assertThat(page.locator(".map-scale span")).hasCount(3);
        assertThat(page.url()).contains("rank=1");
        page.goBack();
        page.goBack();
        assertThat(page.locator(".map-ranks")).hasText("rank 0, 1");
    }

    @Test
    void row_saysInHowManyColumns() {
        page.navigate(url + "#/jobs/steps?map=steps&rank=0&filter=attn.qkv.weight");
        assertThat(page.locator(row("stages.0.blocks.4.attn.qkv.weight")))
                .hasAttribute(
                        "aria-label",
                        "stages.0.blocks.4.attn.qkv.weight, used in 20 of 40 columns; never in 20 of 40 columns");
        assertThat(page.locator(row("stages.0.blocks.5.attn.qkv.weight")))
                .hasAttribute("aria-label", "stages.0.blocks.5.attn.qkv.weight, never");
    }

    @Test
    void column_movesByKeyboardAlone() {
        page.navigate(url + "#/jobs/steps?map=steps&rank=all");
        page.locator(".map-view").focus();
        page.keyboard().press(".");
        assertThat(page.locator(".map-line")).containsText("pass 0: 1 watched");
        page.keyboard().press("Shift+ArrowRight");
        assertThat(page.locator(".map-line")).containsText("pass 1: 1 watched");
        page.keyboard().press(",");
        assertThat(page.locator(".map-line")).containsText("pass 0: 1 watched");
        page.locator("button[lang=zh]").click();
        assertThat(page.locator(".map-line")).containsText("第 0 次反向传播: 观察了 1 次");
    }

    @Test
    void mouse_namesTheColumnAndTheRow() {
        page.navigate(url + "#/jobs/steps?map=steps&rank=0");
        assertThat(page.locator(".map-line")).containsText("Point at a column");
        com.microsoft.playwright.options.BoundingBox box =
                page.locator(".map-view canvas").boundingBox();
        page.mouse().move(box.x + box.width - 2, box.y + 5);
        assertThat(page.locator(".map-line")).containsText("pass 39: 1 watched");
    }

    @Test
    void view_isAccessible_andFitsAPhone() {
        page.navigate(url + "#/jobs/steps?map=steps");
        assertThat(page.locator(".map-scale span")).hasCount(3);
        assertThat(new AxeBuilder(page).analyze().getViolations())
                .extracting(rule -> rule.getId() + " " + rule.getNodes().get(0).getHtml())
                .isEmpty();
        page.setViewportSize(360, 740);
        page.reload();
        assertThat(page.locator(".map-scale span")).hasCount(3);
        assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                .isEqualTo(0);
    }
}
