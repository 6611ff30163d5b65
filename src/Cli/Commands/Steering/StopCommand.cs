using Orchestrator.Cli.Runs;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>stop</c>: stops agents immediately, even if no Temporal server is running. The agents' work is retained, and their tasks wait for
/// <c>resume</c>.
/// </summary>
internal sealed class StopCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = new("RUN/TASK", "The run, or one of its tasks");
    private readonly Option<bool> _all = new("--all") { Description = "Stop all agents of this repository" };

    public StopCommand()
        : base("stop", "Stop running agents immediately, even without an engine")
    {
        _which.AddTo(this);
        Add(_all);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var which = _which.Text(parsed);
        if (which is null == !parsed.GetValue(_all))
        {
            throw new UseCaseException(UseCaseOutcome.Usage, "No agents were selected.", "Specify RUN, RUN/TASK or --all.");
        }
        var running = Select(AgentRunFolders.Find(repository.RunsFolder), which, repository).Where(start => start.MayBeAtWork).ToList();
        foreach (var start in running)
        {
            await start.StopAsync(context.Time);
            context.Terminal.Inform($"stopped {start.Run}/{start.Task} (start {start.Number})");
        }

        context.Terminal.Inform(
            running.Count == 0
                ? "None of the selected agents is running."
                : "Their conversations and files are kept; to continue, use 'orchestrate resume' with RUN or RUN/TASK."
        );
        return UseCaseOutcome.Done;
    }

    private static IEnumerable<AgentStartFolder> Select(
        IReadOnlyList<AgentStartFolder> starts,
        string? which,
        LocalRepositoryPaths repository
    )
    {
        if (which is null)
        {
            return starts;
        }
        var parts = which.Split('/', 2);
        // A single word names a task unless it is the prefix of a run's id.
        if (
            parts.Length == 1
            && !starts.Any(start => start.Run.StartsWith(which, StringComparison.OrdinalIgnoreCase))
            && starts.Where(start => start.Task == which && start.MayBeAtWork).ToList() is { Count: > 0 } having
        )
        {
            return having;
        }
        var run = RunNameResolver.RequireId(
            starts.Select(start => start.Run).Concat(StoredRunFinder.List(repository).Select(stored => stored.Id)),
            parts[0],
            repository
        );
        var ofRun = starts.Where(start => start.Run == run).ToList();
        if (parts.Length == 1)
        {
            return ofRun;
        }
        var task = UniquePrefix.Find(parts[1], [.. ofRun.Select(start => start.Task).Distinct()], "task with agents");
        return ofRun.Where(start => start.Task == task);
    }
}
