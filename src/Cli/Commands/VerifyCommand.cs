using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Documents;
using Orchestrator.Plans;
using Orchestrator.QualityGates;
using Orchestrator.Runs;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Cli.Commands;

/// <summary><c>verify</c>: would this task's gates pass on the files as they are, or on a commit?</summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN") { Description = "The plan file" };
    private readonly Argument<string> _task = new("TASK") { Description = "Id of the task" };
    private readonly Option<string?> _commit = new("--commit")
    {
        Description = "Check this commit in a worktree of its own instead of the files as they are",
        HelpName = "COMMIT",
    };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Run every gate, also where it is known to pass on these files" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public VerifyCommand()
        : base("verify", "Run a task's gates now and say what came of them")
    {
        Add(_plan);
        Add(_task);
        Add(_commit);
        Add(_fresh);
        Add(_yes);
        Add(_json);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var workTree = RepositoryLocation.FindWorkTree(context.Directory) ?? repository.Root;
        var plan = PlanFiles.Require(context, parsed.GetRequiredValue(_plan));
        var id = UniquePrefix.Find(parsed.GetRequiredValue(_task), [.. plan.Tasks.Select(task => task.Id)], "task of this plan");
        var settings = TrustGate.Demand(context, context.OpenSettings(repository, []), parsed.GetValue(_yes)).Settings!;
        var gates = CheckoutVerification.GatesOf(plan, plan.Tasks.First(task => task.Id == id), settings, workTree);
        if (gates.Count == 0)
        {
            throw new CommandException(
                ExitCodes.WorkFailed,
                $"Nothing checks task '{id}': it has no verification, the configuration no gates, and no manifest names any.",
                "Give it 'verification', or set gates.task."
            );
        }
        var evidence = Path.Combine(repository.OrchestratorFolder, "logs", "verify", id);
        var commit = parsed.GetValue(_commit);
        var verdicts =
            await CheckoutVerification.RunAsync(
                workTree,
                commit,
                [.. gates.Select(holding => holding.Gate)],
                evidence,
                context.Environment,
                settings,
                parsed.GetValue(_fresh),
                verdict => Say(context, verdict),
                waiting => context.Terminal.Show($"      {waiting}"),
                stop
            )
            ?? throw new CommandException(
                ExitCodes.Usage,
                $"There is no commit '{commit}' in {workTree}.",
                "Name one by its id, a branch or a tag."
            );
        var passed = verdicts.All(verdict => verdict.IsAcceptable);
        if (parsed.GetValue(_json))
        {
            context.Print(
                new VerifyDocument(id, passed, [.. verdicts.Zip(gates, (verdict, holding) => Entry(verdict, holding.Source))]),
                CliJson.Default.VerifyDocument
            );
        }
        context.Terminal.Show(passed ? $"Task '{id}' passes." : $"Task '{id}' does not pass.");
        return passed ? ExitCodes.Done : ExitCodes.WorkFailed;
    }

    private static void Say(CommandContext context, GateVerdict verdict)
    {
        var word =
            verdict.Result is GateResult.Passed ? "ok  "
            : verdict.IsAcceptable ? "warn"
            : "fail";
        var how = verdict.Result switch
        {
            GateResult.Passed when verdict.Cached is { } hit => hit.ToString(),
            GateResult.Passed when verdict.Failure == GateFailure.Flaky => "passed when run again: it fails by chance",
            GateResult.Passed when verdict.RanAlone => "passed when run alone",
            GateResult.Passed or GateResult.Failed when verdict.Measured is not null => verdict.Comparison,
            GateResult.Passed => "passed",
            GateResult.Skipped => "skipped",
            GateResult.TimedOut => $"ran longer than {verdict.Gate.Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
            GateResult.CouldNotRun => "could not run",
            _ when verdict.Gate.Negate => "succeeded, but must fail",
            _ when verdict.Gate.IsMeasurement && verdict.ExitCode == 0 => "printed no number on its last line",
            _ => $"exit code {verdict.ExitCode}",
        };
        context.Terminal.Show(
            $"{word}  {verdict.Gate.Name}: {how}"
                + (
                    verdict.Runs == 0
                        ? ""
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $" ({(verdict.Tests is { } tests ? $"{tests}, " : "")}{verdict.Duration.TotalSeconds:0.0} s)"
                        )
                )
        );
        if (verdict.Suspicion is { } strange)
        {
            context.Terminal.Show($"      strange: {strange}");
        }
        if (verdict.Quarantine is { } why)
        {
            context.Terminal.Show($"      it only advises, since {why} (gates.quarantine)");
        }
        if (verdict.Advice.Length > 0)
        {
            context.Terminal.Show("      " + verdict.Advice);
        }
        if (verdict.Result == GateResult.Passed)
        {
            return;
        }
        foreach (var line in verdict.Tail.TrimEnd().Split('\n').TakeLast(20).Where(line => line.Length > 0))
        {
            context.Terminal.Show("      " + line.TrimEnd('\r'));
        }
        if (verdict.EvidenceFile is not null)
        {
            context.Terminal.Show($"      all of it: {verdict.EvidenceFile}");
        }
    }

    private static VerifyEntry Entry(GateVerdict verdict, GateSource source) =>
        new(
            verdict.Gate.Name,
            verdict.Command,
            verdict.Gate.Type.ToString().ToLowerInvariant(),
            verdict.Gate.Required,
            verdict.Result.ToString().ToLowerInvariant(),
            verdict.Failure.ToString().ToLowerInvariant(),
            verdict.ExitCode,
            (long)verdict.Duration.TotalMilliseconds,
            verdict.EvidenceFile,
            verdict.Gate.Exclusive,
            verdict.Advice,
            source.ToString().ToLowerInvariant(),
            verdict.Cached is { } hit ? new CachedEntry(hit.Run, hit.At) : null,
            verdict.Quarantine
        )
        {
            Tests = verdict.Tests?.Ran,
            Suspicion = verdict.Suspicion,
            Expected = verdict.Gate.Expectation?.ToString(),
            Measured = verdict.Measured,
        };
}
