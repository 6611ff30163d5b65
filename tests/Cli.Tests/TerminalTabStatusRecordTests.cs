using System.Text;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Escape codes that report a run's progress to terminals: OSC 7501 and OSC 9;4.</summary>
public sealed class TerminalTabStatusRecordTests
{
    [Fact]
    public void Report_RunThatGoesOn_SendsOnlyWhatChangedAndRemovesWhatIsGone()
    {
        var (terminal, sent) = Open(("TERM", "xterm-256color"));

        terminal.Report(
            RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Executing, ("a", TaskStateNames.Executing), ("b", TaskStateNames.Pending)))
        );
        Assert.Equal(
            "\u001b]7501;state=working:app=orchestrate:id=run-1:progress=0:msg="
                + Base64("executing, 0 of 2 tasks done")
                + "\u001b\\\u001b]7501;state=working:app=orchestrate:id=run-1/a:msg="
                + Base64("executing: a")
                + "\u001b\\",
            Taken(sent)
        );
        terminal.Report(
            RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Executing, ("a", TaskStateNames.Executing), ("b", TaskStateNames.Pending)))
        );
        Assert.Empty(Taken(sent));
        terminal.Report(
            RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Executing, ("a", TaskStateNames.Merged), ("b", TaskStateNames.Blocked)))
        );
        var next = Taken(sent);
        Assert.Contains("\u001b]7501;state=clear:id=run-1/a\u001b\\", next, StringComparison.Ordinal);
        Assert.Contains("id=run-1:progress=50", next, StringComparison.Ordinal);
        Assert.Contains("state=blocked:app=orchestrate:id=run-1/b:kind=question", next, StringComparison.Ordinal);
        terminal.Report(
            RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Completed, ("a", TaskStateNames.Merged), ("b", TaskStateNames.Merged)))
        );
        Assert.Contains("state=done:app=orchestrate:id=run-1:progress=100", Taken(sent), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WT_SESSION", "1")]
    [InlineData("TERM_PROGRAM", "ghostty")]
    [InlineData("ConEmuANSI", "ON")]
    public void Report_TerminalWithABar_ShowsProgressAndRemovesItAtTheEnd(string variable, string value)
    {
        var (terminal, sent) = Open(("TERM", "xterm"), (variable, value));

        terminal.Report(
            RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Executing, ("a", TaskStateNames.Merged), ("b", TaskStateNames.Executing)))
        );
        Assert.Contains("\u001b]9;4;1;50\u001b\\", Taken(sent), StringComparison.Ordinal);
        terminal.Report(
            RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Failed, ("a", TaskStateNames.Merged), ("b", TaskStateNames.Failed)))
        );
        Assert.Contains("\u001b]9;4;2;50\u001b\\", Taken(sent), StringComparison.Ordinal);
        terminal.Report([]);
        Assert.Contains("\u001b]9;4;0\u001b\\", Taken(sent), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm-256color", true)]
    [InlineData("dumb", false)]
    [InlineData("linux", false)]
    [InlineData("vt100", false)]
    [InlineData("", false)]
    public void Report_TerminalThatMightPrintIt_GetsNothing(string terminal, bool isSent)
    {
        var (screen, sent) = Open(("TERM", terminal));

        screen.Report(RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Executing, ("a", TaskStateNames.Executing))));

        var text = Taken(sent);
        Assert.Equal(isSent, text.Length > 0);
        Assert.DoesNotContain("]9;4", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_IntoAPipe_GetsNothing()
    {
        using var errors = new StringWriter();
        using var terminal = new SystemTerminal(
            documents: false,
            new Dictionary<string, string> { ["TERM"] = "xterm" },
            new StandardStreams(TextReader.Null, TextWriter.Null, errors, IsInPiped: true, IsOutPiped: true, IsErrorPiped: true)
        );

        terminal.Report(RunToTerminalTabStatusConverter.Of(Run(RunStateNames.Executing, ("a", TaskStateNames.Executing))));

        Assert.Empty(errors.ToString());
    }

    [Fact]
    public void Sequence_TitleThatEndsTheSequence_CanNotLeaveIt()
    {
        var sequence = new TerminalTabStatusRecord("run;\u0007/a:b", "working", "x\u001b\\\u0007\u001b]0;title\u0007").Sequence;

        Assert.DoesNotContain('\u0007', sequence);
        Assert.Equal(2, sequence.Count(letter => letter == '\u001b'));
        Assert.Contains("id=run--/a-b:", sequence, StringComparison.Ordinal);
    }

    private static (SystemTerminal Terminal, StringWriter Sent) Open(params (string Name, string Value)[] variables)
    {
        var sent = new StringWriter();
        return (
            new SystemTerminal(
                documents: false,
                variables.ToDictionary(variable => variable.Name, variable => variable.Value),
                new StandardStreams(TextReader.Null, TextWriter.Null, sent, IsInPiped: false, IsOutPiped: false, IsErrorPiped: false)
            ),
            sent
        );
    }

    private static string Taken(StringWriter sent)
    {
        var text = sent.ToString();
        sent.GetStringBuilder().Clear();
        return text;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static RunStatus Run(string state, params (string Id, string State)[] tasks) =>
        new()
        {
            RunId = "run-1",
            State = state,
            TaskCount = tasks.Length,
            Tasks =
            [
                .. tasks.Select(task => new RunTaskStatus
                {
                    Id = task.Id,
                    Title = task.Id,
                    State = task.State,
                }),
            ],
        };
}
