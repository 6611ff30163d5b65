using Orchestrator.App.Programs;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>watch open</c>: shows a run and its agents in tmux panes.</summary>
internal sealed class OpenRunInTmuxCommand : CliCommand
{
    private readonly RunOrTaskCliArgument _run = new("RUN", "The run; default: the only open run, or else the latest run");

    public OpenRunInTmuxCommand()
        : base("open", "Open a run and its agents in tmux panes") => _run.AddTo(this);

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var run = _run.RequireRun(repository, parsed);
        var panes = new TmuxPanes(context.Environment);
        var name = TmuxPanes.SessionOf($"orchestrate-{run.Name}");
        var refusal = await panes.OpenAsync(
            name,
            repository.Root,
            [
                [.. ThisProgramCommand.Command, "status", run.Id, "--watch"],
                [.. ThisProgramCommand.Command, "watch", run.Id],
            ]
        );
        if (refusal is not null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                $"tmux could not open the panes: {refusal}",
                $"'orchestrate status {run.Id} --watch' and 'orchestrate watch {run.Id}' show the same information in two terminals."
            );
        }
        if (panes.IsInside)
        {
            context.Terminal.Inform($"Opened as the window {name}.");
            return UseCaseOutcome.Done;
        }
        if (!context.Terminal.IsInteractive)
        {
            context.Terminal.Show($"tmux attach-session -t {name}");
            return UseCaseOutcome.Done;
        }
        return await TmuxPanes.AttachAsync(name, repository.Root) == 0 ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }
}
