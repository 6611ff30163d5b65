using Orchestrator.App.PullRequests;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>pr sync</c>: adds the review comments and failed checks of a run's pull requests to the backlog as tasks. Each comment or check is
/// added only once.
/// </summary>
internal sealed class PrSyncCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _which = PrCommand.CreateArgument();
    private readonly Option<bool> _everybody = new("--everybody")
    {
        Description = "Include comments by people without write access to the repository",
    };

    public PrSyncCommand()
        : base("sync", "Add reviewers' comments and failed checks from pull requests to the backlog, each of them only once")
    {
        _which.AddTo(this);
        Add(_everybody);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, reference) = _which.Require(repository, parsed);
        var chosen = RunPullRequestOpener.Chosen(run.Status, reference.FindTask(run.Status)).Select(task => task?.Id).ToList();
        var (remarks, results) = await new PullRequestService(repository, context).ReadAsync(run.Status, chosen, stop);
        var taken = new ImportedCommentStore(repository);
        var known = taken.Read();
        var everybody = parsed.GetValue(_everybody);
        var news = remarks.Where(remark => !known.Contains(remark.Key)).ToList();
        var tasks = news.Where(remark => remark.IsMember || everybody).ToList();
        if (tasks.Count > 0)
        {
            // The tasks are added first. If the process is killed before they are recorded, the next call finds the tasks in the backlog
            // and does not add them again.
            await context
                .Backlog(tag: null)
                .ChangeAsync(backlog => backlog.AddTasks([.. tasks.Select(ReviewRemarkToTaskConverter.Of)]).Backlog, stop);
            taken.Add(tasks.Select(remark => remark.Key));
        }
        foreach (var remark in tasks)
        {
            context.Terminal.Show(ReviewRemarkToTaskConverter.TitleOf(remark));
        }
        var strangers = news.Count - tasks.Count;
        if (strangers > 0)
        {
            context.Terminal.Inform(
                $"{Plural.Of(strangers, "comment")} by people without write access to the repository "
                    + $"{Plural.Form(strangers, "was", "were")} left out; --everybody includes {Plural.Form(strangers, "it", "them")}."
            );
        }
        foreach (var result in results)
        {
            if (result.Outcome == GitHubCliCallOutcome.Done)
            {
                context.Terminal.Inform(result.Message);
            }
            else
            {
                context.Terminal.Fail(result.Message, "");
            }
        }
        context.Terminal.Inform(
            tasks.Count == 0
                ? "The pull requests have no new comments."
                : $"{Plural.Of(tasks.Count, "task is", "tasks are")} in the backlog. 'orchestrate tasks run' gives them to agents."
        );
        return RunPullRequestOpener.OutcomeOf(results);
    }
}
