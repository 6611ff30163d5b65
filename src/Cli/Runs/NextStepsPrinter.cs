using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Prints the open questions of a run and the commands that answer them (see <see cref="RequiredUserAction"/>). Every screen about a run
/// ends with this list.
/// </summary>
internal static class NextStepsPrinter
{
    /// <summary>
    /// Writes the open questions with the commands that answer them. If <paramref name="all"/> is true, also writes the command that ends
    /// the run, unless the run has already ended.
    /// </summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="all">True to show all commands that answer a question, not only the recommended command.</param>
    /// <param name="width">Columns of the screen.</param>
    /// <param name="write">Receives the lines.</param>
    /// <param name="without">Id of a question to omit because the user is asked in another way. Null to omit no question.</param>
    public static void Write(RunStatus run, bool all, int width, Action<ScreenLine> write, string? without = null)
    {
        var steps = RequiredUserAction.Of(run).Where(step => without is null || !step.Questions.Contains(without)).ToList();
        if (steps.Count == 0 && !all)
        {
            return;
        }
        if (steps.Count > 0)
        {
            write(new ScreenLine("Needs attention:", TextTone.Strong));
        }
        foreach (var step in steps)
        {
            WriteText(step.What, "  ", TextTone.Asks);
            foreach (var each in step.Each)
            {
                WriteText(each, "  - ", TextTone.Plain);
            }
            foreach (var command in step.Recommended)
            {
                write("      " + command);
            }
            foreach (var other in all ? step.Others : [])
            {
                write(new ScreenLine("      " + other, TextTone.Faint));
            }
        }
        if (all && !RunStateNames.IsFinal(run.State))
        {
            write(new ScreenLine($"      orchestrate cancel {run.RunId}   # ends the run", TextTone.Faint));
        }
        else if (steps.Exists(step => step.Others.Count > 0))
        {
            write(new ScreenLine($"  Other options: orchestrate status {run.RunId} --all", TextTone.Faint));
        }

        void WriteText(string text, string before, TextTone tone)
        {
            var rows = TextWrapper.Of(new UntrustedText(LocalTimeFormatter.In(text)).Line, Math.Max(20, width - UntrustedText.Mark.Length));
            var first = true;
            foreach (var row in rows)
            {
                write(first ? new ScreenLine(before + row, tone, 0, before.Length + row.Length) : UntrustedText.Mark + row);
                first = false;
            }
        }
    }
}
