using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>events</c>: prints a run's state transitions and its mail, one per line. With <c>--json</c>, each line is a JSON document.
/// </summary>
internal sealed class EventsCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run; default: the only open run, or else the latest run");
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Keep printing until the run ends" };
    private readonly Option<int?> _limit = new("--limit")
    {
        Description = "Maximum number of past events; later events are always printed",
        HelpName = "N",
    };
    private readonly Option<bool> _json = new(GlobalOptions.JsonName) { Description = "Print one JSON document per line" };

    public EventsCommand()
        : base("events", "Print a run's state changes and its agent messages")
    {
        _run.AddTo(this);
        Add(_follow);
        Add(_limit);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var limit = parsed.GetValue(_limit);
        if (limit < 1)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"--limit {limit}: must be at least 1.", "orchestrate events --limit 20");
        }
        var run = _run.RequireRun(context.RequireRepository(), parsed);
        var lines = RunEventTimeline.FollowAsync(
            run,
            () => !parsed.GetValue(_follow) || RunStateNames.IsFinal(run.Reload().Status.State),
            context.Time,
            stop,
            limit
        );
        await foreach (var line in lines)
        {
            if (parsed.GetValue(_json))
            {
                context.Terminal.Document(UntrustedText.EscapeJson(WithVersion(line.Json)) + "\n");
            }
            else
            {
                context.Terminal.Show(EventFile.DescribeWithDate(line.Happened));
            }
        }
        return UseCaseOutcome.Done;
    }

    // Each line is a separate document with a version, for readers that start in the middle. The stored lines have no version. Members that
    // a newer version of the program wrote are preserved.
    private static string WithVersion(string line) =>
        $$"""{"schemaVersion":{{SchemaVersionedDocument.CurrentVersion}},{{line.AsSpan(1)}}""";
}
