using Orchestrator.App.Verification;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Commands;

/// <summary><c>verify</c>: runs a task's gates on the current files or on a commit.</summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "The plan file" };
    private readonly Argument<string> _task = new("TASK") { Description = "Id of the task" };
    private readonly Option<string?> _commit = new("--commit")
    {
        Description = "Check this commit in a separate worktree instead of the current files",
        HelpName = "COMMIT",
    };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Also run the gates that are known to pass on these files" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public VerifyCommand()
        : base("verify", "Run a task's gates now and print the results")
    {
        Add(_plan);
        Add(_task);
        Add(_commit);
        Add(_fresh);
        Add(_yes);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var workTree = LocalRepositoryPaths.FindWorkTree(context.Directory) ?? repository.Root;
        var plan = context.PlanFiles.Require(parsed.GetRequiredValue(_plan));
        var id = UniquePrefix.Find(parsed.GetRequiredValue(_task), [.. plan.Tasks.Select(task => task.Id)], "task of this plan");
        var settings = RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(repository, []), parsed.GetValue(_yes)).Settings!;
        var ofProject = StandaloneGateRunner.GatesOf(settings, workTree);
        var gates = ofProject.Explain(plan, plan.Tasks.First(task => task.Id == id));
        if (gates.Count == 0)
        {
            throw new UseCaseException(
                UseCaseOutcome.WorkFailed,
                $"No gate checks task '{id}', because the task, the configuration and the manifests define no gates.",
                "Add 'verification' to the task, or set gates.task."
            );
        }
        var evidence = Path.Combine(repository.OrchestratorFolder, "logs", "verify", id);
        var commit = parsed.GetValue(_commit);
        var found =
            await StandaloneGateRunner.RunAsync(
                workTree,
                commit,
                gates,
                ofProject.Found,
                evidence,
                context,
                settings,
                parsed.GetValue(_fresh),
                gate =>
                {
                    foreach (var (line, i) in GateVerdictFormatter.Lines(gate).Select((line, i) => (line, i)))
                    {
                        // The first line starts with the verdict, which is colored.
                        context.Terminal.Show(i == 0 ? new ScreenLine(line, ToneOf(gate), 0, 4) : line);
                    }
                },
                waiting => context.Terminal.Show($"      {waiting}"),
                stop
            )
            ?? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"Commit '{commit}' does not exist in {workTree}.",
                "Specify the id of a commit, a branch or a tag."
            );
        var passed = found.All(gate => gate.IsAcceptable);
        if (parsed.GetValue(_json))
        {
            context.Print(new VerifyDocument(id, passed, found), DocumentJson.Default.VerifyDocument);
        }
        context.Terminal.Show(
            passed ? new ScreenLine($"Task '{id}' passes.", TextTone.Good) : new ScreenLine($"Task '{id}' does not pass.", TextTone.Bad)
        );
        var checkedAlready = gates.Select(gate => gate.Gate.Command).ToHashSet(StringComparer.Ordinal);
        foreach (var later in ofProject.OfStaging(plan).Where(gate => !checkedAlready.Contains(gate.Command)))
        {
            context.Terminal.Show($"Once merged, it must also pass '{new UntrustedText(later.Command).Line}'.");
        }
        return passed ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }

    private static TextTone ToneOf(GateVerdict gate) =>
        gate.Result == GateResult.Passed ? TextTone.Good
        : gate.IsAcceptable ? TextTone.Asks
        : TextTone.Bad;
}
