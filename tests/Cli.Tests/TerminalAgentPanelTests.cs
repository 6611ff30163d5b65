using Orchestrator.Cli.Console;
using Orchestrator.Cli.Panels;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The panel of all agents: keys and facts in, lines out.</summary>
public sealed class TerminalAgentPanelTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);
    private static readonly string[] Log = [.. Enumerable.Range(1, 100).Select(n => $"line {n}")];

    [Theory]
    [InlineData(80, 24)]
    [InlineData(80, 10)]
    [InlineData(80, 6)]
    [InlineData(40, 24)]
    [InlineData(200, 60)]
    public void Draw_ThirtyAgents_FitsAndAlwaysShowsTheSelectedOne(int width, int height)
    {
        var panel = new TerminalAgentPanel { Rows = [.. Enumerable.Range(1, 30).Select(n => Row($"task-{n}"))] };
        for (var pressed = 0; pressed < 35; pressed++)
        {
            var lines = panel.RenderLines(Log, Now, width, height);

            Assert.True(lines.Count <= height, $"{lines.Count} lines");
            Assert.All(lines, line => Assert.True(TextCellWidth.Of(line.Text) <= width, line.Text));
            var marked = Assert.Single(lines, line => line.Text.StartsWith('>'));
            Assert.Contains(panel.Current!.Task.Id, marked.Text, StringComparison.Ordinal);
            (panel, _) = panel.HandleKey(new TerminalKey(ConsoleKey.DownArrow, '\0'));
        }
        Assert.Equal("task-30", panel.Current!.Task.Id);
    }

    [Fact]
    public void Draw_AtEightyColumns_HasRowsThenTheEndOfTheLogThenTheKeys()
    {
        var panel = new TerminalAgentPanel
        {
            Rows =
            [
                Row("parser", doing: "[Bash: make test]", cost: 1.25m),
                Row("docs", state: TaskStateNames.Failed, doing: "the gate 'make docs' failed"),
            ],
        };

        var lines = panel.RenderLines(Log, Now, 80, 10).Select(line => line.Text.TrimEnd());

        Assert.Equal(
            [
                "1 at work for run-1, 1 waiting or failed",
                "> parser  executing  5:00   1.25 $  [Bash: make test]",
                "  docs    failed     5:00           the gate 'make docs' failed",
                "-- run-1/parser",
                "line 96",
                "line 97",
                "line 98",
                "line 99",
                "line 100",
                "up/down select   / filter   l logs   p pause or continue   r retry   q quit",
            ],
            lines
        );
    }

    [Fact]
    public void Press_KeysOfTheFilter_AreTypedAndActOnNothing()
    {
        var panel = new TerminalAgentPanel { Rows = [Row("parser"), Row("quick"), Row("docs", state: TaskStateNames.Failed)] };

        var typed = Press(panel, "/qx\bu\n");

        Assert.Equal("qu", typed.Panel.Filter);
        Assert.Null(typed.Action);
        Assert.Equal(["quick"], typed.Panel.Shown.Select(row => row.Task.Id));
        Assert.Equal(TerminalAgentPanelAction.Pause, typed.Panel.HandleKey(new TerminalKey(ConsoleKey.P, 'p')).Action);
        var (cleared, _) = typed.Panel.HandleKey(new TerminalKey(ConsoleKey.Escape, '\u001b'));
        Assert.Equal(3, cleared.Shown.Count);
        Assert.Equal(TerminalAgentPanelAction.Quit, cleared.HandleKey(new TerminalKey(ConsoleKey.Escape, '\u001b')).Action);
        Assert.Equal(["docs"], Press(panel, "/FAILED\n").Panel.Shown.Select(row => row.Task.Id));
    }

    [Theory]
    [InlineData('l', nameof(TerminalAgentPanelAction.Logs))]
    [InlineData('p', nameof(TerminalAgentPanelAction.Pause))]
    [InlineData('r', nameof(TerminalAgentPanelAction.Retry))]
    [InlineData('q', nameof(TerminalAgentPanelAction.Quit))]
    [InlineData('z', null)]
    public void Press_Key_AsksForItsAction(char key, string? action)
    {
        var panel = new TerminalAgentPanel { Rows = [Row("a")] };

        Assert.Equal(action, Press(panel, key.ToString()).Action?.ToString());
        // Nothing is there to act on.
        Assert.Equal(key == 'q' ? action : null, Press(new TerminalAgentPanel(), key.ToString()).Action?.ToString());
    }

    [Fact]
    public void Rows_SelectedTaskIsGone_TheFirstIsSelected()
    {
        var panel = new TerminalAgentPanel { Rows = [Row("a"), Row("b")] };
        (panel, _) = panel.HandleKey(new TerminalKey(ConsoleKey.DownArrow, '\0'));

        panel = panel with { Rows = [Row("a")] };

        Assert.Equal("a", panel.Current!.Task.Id);
        Assert.Contains("No agent is running.", (panel with { Rows = [] }).RenderLines([], Now, 80, 24).Select(line => line.Text));
    }

    [Fact]
    public void Draw_WordsOfAnAgentWithControlCharacters_StayOneLine()
    {
        var panel = new TerminalAgentPanel { Rows = [Row("a", doing: "x\u001b[2J\ny")] };

        var lines = panel.RenderLines(["a\rb\u001b]0;t\u0007"], Now, 80, 24);

        Assert.All(lines, line => Assert.DoesNotContain('\n', line.Text));
    }

    private static (TerminalAgentPanel Panel, TerminalAgentPanelAction? Action) Press(TerminalAgentPanel panel, string keys)
    {
        TerminalAgentPanelAction? action = null;
        foreach (var key in keys)
        {
            (panel, action) = panel.HandleKey(
                new TerminalKey(
                    key switch
                    {
                        '\n' => ConsoleKey.Enter,
                        '\b' => ConsoleKey.Backspace,
                        _ => ConsoleKey.None,
                    },
                    key
                )
            );
        }
        return (panel, action);
    }

    private static TerminalAgentPanelRow Row(string id, string state = TaskStateNames.Executing, string doing = "", decimal cost = 0) =>
        new()
        {
            Run = "run-1",
            Task = new RunTaskStatus
            {
                Id = id,
                Title = id,
                State = state,
                Since = Now.AddMinutes(-5),
                StartedAt = Now.AddMinutes(-5),
                Cost = cost,
            },
            Doing = doing,
        };
}
