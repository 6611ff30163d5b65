using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>report</c>: shows the landed changes, the verification and the cost of a run.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run; default: the only open run, or else the latest run");
    private readonly Option<bool> _losses = new("--losses")
    {
        Description = "List task changes that were lost, or that another task overwrote",
    };
    private readonly Option<bool> _escalation = new("--escalation")
    {
        Description = "For a run that can't continue by itself, show the cause, the evidence and all possible answers",
    };
    private readonly Option<bool> _full = new("--full")
    {
        Description = "Print the full report, which includes each task's gates, claims and facts, the evidence, and all decisions",
    };
    private readonly Option<string?> _html = new("--html")
    {
        Description = "Write the run's web page and report to one HTML file; '-' prints the HTML; default: RUN.html",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "Print the Markdown source, even on a terminal" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ReportCommand()
        : base("report", "Show what a run landed, what it cost, and what needs attention")
    {
        _run.AddTo(this);
        Add(_losses);
        Add(_escalation);
        Add(_full);
        Add(_html);
        Add(_markdown);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, file) = Named(parsed);
        var stored = RunReference.RequireWhole(repository, run);
        if (parsed.GetValue(_losses))
        {
            return await PrintLossesAsync(stored, parsed, context);
        }
        if (parsed.GetValue(_escalation))
        {
            return await PrintEscalationAsync(stored, parsed.GetValue(_markdown), context);
        }
        var queries = new RunQueries(context);
        var status = await queries.ReportAsync(stored, stop);
        if (file is not null)
        {
            await ReportFile.WriteAsync(file.Length > 0 ? file : $"{stored.Name}.html", status, repository.Root, context, stop);
        }
        else if (parsed.GetValue(_json))
        {
            context.Print(status, RunJson.Default.RunStatus);
        }
        else if (parsed.GetValue(_full))
        {
            await ShowDocumentAsync(queries.FullReportText(status), parsed.GetValue(_markdown), context);
        }
        else
        {
            ShowPage(queries.FirstPage(status), status, parsed.GetValue(_markdown), context);
        }
        return UseCaseOutcome.Done;
    }

    /// <summary>Returns the named run and the output file. The file is null if none was requested, or empty for the default file. A value
    /// after <c>--html</c> names the run unless it looks like a file name.</summary>
    private (string? Run, string? File) Named(ParseResult parsed)
    {
        var run = _run.Text(parsed);
        if (parsed.GetResult(_html) is null)
        {
            return (run, null);
        }
        var file = parsed.GetValue(_html) ?? "";
        return file.Length == 0 || ReportFile.IsName(file) ? (run, file)
            : run is null ? (file, "")
            : ReportFile.IsName(run) ? (file, run)
            : throw new UseCaseException(UseCaseOutcome.Usage, $"'{file}' is not a file name.", $"Add an extension: --html {file}.html");
    }

    // A file or a pipe gets the Markdown unchanged; a terminal gets it rendered.
    private static async Task ShowDocumentAsync(string markdown, bool asMarkdown, CliCommandServiceBundle context)
    {
        var terminal = context.Terminal;
        if (asMarkdown || terminal.OutputWidth == RunTaskTableFormatter.Unlimited)
        {
            terminal.Result(markdown);
        }
        else
        {
            await new TerminalTextPager(terminal, context.Environment).ShowAsync(
                MarkdownRenderer.Of(markdown, terminal.OutputWidth).Select(terminal.Rendered).ToAsyncEnumerable()
            );
        }
    }

    private static void ShowPage(ReportFirstPage page, RunStatus run, bool markdown, CliCommandServiceBundle context)
    {
        var terminal = context.Terminal;
        if (markdown || terminal.OutputWidth == RunTaskTableFormatter.Unlimited)
        {
            terminal.Result(LocalTimeFormatter.In(page.ToMarkdown()));
            return;
        }
        var width = terminal.OutputWidth;
        terminal.Show(new ScreenLine(page.Head, TextTone.Strong));
        if (page.Title.Length > 0)
        {
            terminal.Show(TextCellWidth.Cut(TextCellWidth.OneLine(page.Title), width));
        }
        foreach (var (name, value) in page.Facts.Where(fact => fact.Value.Length > 0))
        {
            // Only warnings and leftovers are shortened, because the full report contains them with their fixes.
            var text = $"  {name, -8} {TextCellWidth.OneLine(LocalTimeFormatter.In(value))}";
            var isRemark = name is "warning" or "left";
            foreach (
                var (row, i) in (
                    isRemark ? [TextCellWidth.Cut(text, width)] : TextWrapper.Of(text, width - UntrustedText.Mark.Length)
                ).Select((row, i) => (row, i))
            )
            {
                terminal.Show(
                    i == 0
                        ? new ScreenLine(row, isRemark || name is "found" or "withheld" ? TextTone.Asks : TextTone.Faint, 2, name.Length)
                        : UntrustedText.Mark + row
                );
            }
        }
        var rows = page.Tasks.Select(row =>
            run.Tasks.First(task => task.Id == row.Id) with
            {
                Why = null,
                Title = LocalTimeFormatter.In(row.Words),
            }
        );
        foreach (var row in RunTaskTableFormatter.RenderRows(run with { Tasks = [.. rows] }, context.Time.GetUtcNow(), width))
        {
            terminal.Show(row);
        }
        if (page.MoreTasks > 0)
        {
            terminal.Show(new ScreenLine($"  and {Plural.Of(page.MoreTasks, "more task")}", TextTone.Faint));
        }
        NextStepsPrinter.Write(run, all: false, width, terminal.Show);
        terminal.Show(new ScreenLine($"  Full report: orchestrate report {run.RunId} --full", TextTone.Faint));
    }

    private static async Task<UseCaseOutcome> PrintEscalationAsync(StoredRun run, bool asMarkdown, CliCommandServiceBundle context)
    {
        var text = RunQueries.EscalationText(run);
        if (!run.HasEscalation)
        {
            context.Terminal.Inform($"{run.Id} is {run.Status.State} now; this is its most recent question.");
        }
        await ShowDocumentAsync(text, asMarkdown, context);
        return UseCaseOutcome.Done;
    }

    private async Task<UseCaseOutcome> PrintLossesAsync(StoredRun run, ParseResult parsed, CliCommandServiceBundle context)
    {
        var isJson = parsed.GetValue(_json);
        var file = run.LossesFile(isJson);
        if (!File.Exists(file))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} has not been checked for lost changes yet; this check runs before the landing.",
                $"See 'orchestrate status {run.Id}'."
            );
        }
        var text = (await File.ReadAllTextAsync(file)).TrimEnd('\n') + "\n";
        if (isJson)
        {
            context.Terminal.Document(UntrustedText.EscapeJson(text));
        }
        else
        {
            await ShowDocumentAsync(text, parsed.GetValue(_markdown), context);
        }
        return UseCaseOutcome.Done;
    }
}
