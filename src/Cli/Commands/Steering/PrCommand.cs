using Orchestrator.App.PullRequests;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>pr</c>: creates draft pull requests for a run's branches, and updates them when the command is run again.</summary>
internal sealed class PrCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = CreateArgument();

    public PrCommand()
        : base("pr", "Use gh to open a draft pull request for a run or a task, or to update the existing one")
    {
        _which.AddTo(this);
        Add(new PrSyncCommand());
    }

    /// <summary>Creates the argument that names the run or task.</summary>
    internal static RunOrTaskCliArgument CreateArgument() =>
        new("RUN/TASK", "The run, or one of its tasks to use only the branch of that task");

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        var results = await RunPullRequestOpener.OpenAsync(run, reference.FindTask(run.Status), context, stop);
        foreach (var result in results)
        {
            if (result.Outcome == GitHubCliCallOutcome.Done)
            {
                context.Terminal.Show(result.Message);
            }
            else
            {
                context.Terminal.Fail(result.Message, "");
            }
        }
        return RunPullRequestOpener.OutcomeOf(results);
    }
}
