package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;

/** The words that a message puts around a finding, in both languages. */
final class ChatWords {
    private static final List<Severity> WORST_FIRST =
            List.of(Severity.CRITICAL, Severity.ERROR, Severity.WARNING, Severity.INFO);

    private final boolean zh;

    ChatWords(Language language) {
        zh = language == Language.ZH;
    }

    String severity(Severity severity) {
        return switch (severity) {
            case CRITICAL -> say("Critical", "致命");
            case ERROR -> say("Error", "错误");
            case WARNING -> say("Warning", "警告");
            case INFO -> say("Info", "提示");
        };
    }

    String headline(Severity severity, String title) {
        return say(severity(severity) + ": ", severity(severity) + "：") + title;
    }

    String again(Severity severity, String title) {
        return say("Back again, ", "再次出现，") + headline(severity, title);
    }

    String changed(Severity severity, String title) {
        return say("Changed, ", "有变化，") + headline(severity, title);
    }

    String resolved(String title) {
        return say("Resolved: ", "已解决：") + title;
    }

    String cameAndWent(String title) {
        return say("Came and went: ", "出现后已消失：") + title;
    }

    String seen(String by, String title) {
        String who = by.isEmpty() ? "" : say(" by " + by, "（" + by + "）");
        return say("Acknowledged" + who + ": ", "已确认" + who + "：") + title;
    }

    String job() {
        return say("Job", "任务");
    }

    String ranks() {
        return say("Ranks", "Rank");
    }

    String parameters(int count) {
        return zh ? count + " 个参数" : count + (count == 1 ? " parameter" : " parameters");
    }

    String parametersIn(int count) {
        return zh ? count + " 个参数，位于" : count + " parameters in";
    }

    String more(int count) {
        return zh ? "还有 " + count + " 个" : "and " + count + " more";
    }

    String fix() {
        return say("Fix", "修复");
    }

    String avoid() {
        return say("Do not", "不要这样做");
    }

    String reason(String action, String why) {
        if (action.isEmpty() || why.isEmpty()) {
            return action + why;
        }
        return action + (zh ? "：" : Character.isUpperCase(why.charAt(0)) ? ". " : ": ") + why;
    }

    String openJob() {
        return say("Open in Gradwatch", "在 Gradwatch 中查看");
    }

    String openAlerts() {
        return say("All alerts in Gradwatch", "在 Gradwatch 中查看全部告警");
    }

    String sample() {
        return say("This is a sample: Gradwatch can reach this chat", "这是一条测试消息：Gradwatch 可以向此群发送告警");
    }

    /** How many alerts a digest holds, and of which kinds. */
    String digest(Message.Tally tally) {
        List<String> parts = new ArrayList<>();
        for (Severity severity : WORST_FIRST) {
            int count = tally.open().getOrDefault(severity, 0);
            if (count > 0) {
                parts.add(count + " " + plural(severity, count));
            }
        }
        if (tally.resolved() > 0) {
            parts.add(tally.resolved() + say(" resolved", " 条已解决"));
        }
        if (tally.cameAndWent() > 0) {
            parts.add(tally.cameAndWent() + say(" came and went", " 条出现后已消失"));
        }
        int alerts = tally.alerts();
        String head = zh ? alerts + " 条告警" : alerts + (alerts == 1 ? " alert" : " alerts");
        return head + say(": ", "：") + String.join(say(", ", "、"), parts);
    }

    private String plural(Severity severity, int count) {
        if (zh) {
            return "条" + severity(severity);
        }
        boolean countable = severity == Severity.ERROR || severity == Severity.WARNING;
        return severity.id() + (countable && count > 1 ? "s" : "");
    }

    String colon() {
        return say(": ", "：");
    }

    private String say(String english, String chinese) {
        return zh ? chinese : english;
    }
}
