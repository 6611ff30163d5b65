using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>hold</c>: blocks new agent starts in one run or on this machine. Running agents continue. Needs no running Temporal server.
/// </summary>
internal sealed class HoldCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run; default: the only open run");
    private readonly Option<bool> _all = new("--all") { Description = "Hold all your runs on this machine" };
    private readonly Option<string> _reason = new("--reason")
    {
        Description = "The reason, which 'status' and 'events' show",
        HelpName = "TEXT",
        Required = true,
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public HoldCommand()
        : base("hold", "Stop starting agents; running agents continue")
    {
        _run.AddTo(this);
        Add(_all);
        Add(_reason);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, repository) = ParseTarget(parsed, context);
        var file = new AgentStartHoldManager(context);
        var hold = await file.HoldAsync(run, repository, parsed.GetRequiredValue(_reason), stop);
        if (parsed.GetValue(_json))
        {
            context.Print(new HoldsDocument(file.Read(), []), DocumentJson.Default.HoldsDocument);
            return UseCaseOutcome.Done;
        }
        context.Terminal.Inform(AgentStartHoldManager.Describe(hold));
        return UseCaseOutcome.Done;
    }

    private (string Run, string Repository) ParseTarget(ParseResult parsed, CliCommandServiceBundle context)
    {
        var given = _run.Text(parsed);
        if (parsed.GetValue(_all))
        {
            return given is null
                ? ("", "")
                : throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"{given} is one run, but --all means all runs.",
                    "Use either the name or --all."
                );
        }
        var repository = context.RequireRepository();
        var run = RunReference.RequireOpen(repository, given).Run;
        return Messages.RunStateNames.IsFinal(run.Status.State)
            ? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} is {run.Status.State} and starts no agents.",
                "Name an open run, or use --all."
            )
            : (run.Id, repository.Root);
    }
}

/// <summary><c>release</c>: ends a hold. Waiting agents then start automatically.</summary>
internal sealed class HoldReleaseCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run whose hold ends; default: the only hold on this machine");
    private readonly Option<bool> _all = new("--all")
    {
        Description = "End all your holds on this machine, including those of single runs",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public HoldReleaseCommand()
        : base("release", "End a hold, so that waiting agents start")
    {
        _run.AddTo(this);
        Add(_all);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var file = new AgentStartHoldManager(context);
        var (run, repository) = ParseTarget(parsed, context, file.Read());
        var ended = await file.ReleaseAsync(run, repository, stop);
        var left = file.Read();
        if (parsed.GetValue(_json))
        {
            context.Print(new HoldsDocument(left, ended), DocumentJson.Default.HoldsDocument);
            return UseCaseOutcome.Done;
        }
        foreach (var hold in ended)
        {
            context.Terminal.Inform(AgentStartHoldManager.DescribeReleased(hold));
        }
        if (ended.Count == 0)
        {
            context.Terminal.Inform("No run is held.");
        }
        foreach (var hold in left)
        {
            context.Terminal.Inform($"{(hold.IsOfAll() ? "This machine" : hold.Run)} is still {LocalTimeFormatter.In(hold.ToString())}.");
        }
        return UseCaseOutcome.Done;
    }

    private (string Run, string Repository) ParseTarget(
        ParseResult parsed,
        CliCommandServiceBundle context,
        IReadOnlyList<AgentStartHoldStatus> holds
    )
    {
        var given = _run.Text(parsed);
        var all = parsed.GetValue(_all);
        if (given is not null && all)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{given} is one run, but --all means all holds.",
                "Use either the name or --all."
            );
        }
        if (all || holds.Count == 0)
        {
            return ("", "");
        }
        if (given is not null)
        {
            var id = RunNameResolver.RequireId(
                holds.Where(hold => !hold.IsOfAll()).Select(hold => hold.Run),
                given,
                context.FindRepository()
            );
            var here = context.FindRepository();
            var named = holds.Where(hold => hold.Run == id).ToList();
            return (named.Find(hold => here?.IsAt(hold.Repository) is true) ?? named[0]) is { } found
                ? (found.Run, found.Repository)
                : default;
        }
        return holds is [var only]
            ? (only.Run, only.Repository)
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"There is more than one hold: {string.Join(", ", holds.Select(hold => hold.IsOfAll() ? "--all" : hold.Run))}.",
                "Name one of these runs, or use --all."
            );
    }
}
