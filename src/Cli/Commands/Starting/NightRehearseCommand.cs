using System.Globalization;
using Orchestrator.App.Night;
using Orchestrator.Settings;
using Orchestrator.Usage.Forecasts;

namespace Orchestrator.Cli.Commands;

/// <summary><c>night rehearse</c>: simulates an unattended run within seconds, based on the durations and costs of past agents. Starts no
/// agent and changes no file.</summary>
internal sealed class NightRehearseCommand : CliCommand
{
    private const int MostSteps = 60;
    private readonly Argument<string?> _plan = new("PLAN")
    {
        Description = "The plan file; default: tasks.yaml",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly RunCommandOptions _options = new();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly Option<bool> _kill = new("--kill")
    {
        Description = "Run the plan in a throwaway clone with scripted agents, and inject process kills, a usage limit and a full disk",
    };
    private readonly Option<string?> _commits = new("--commits")
    {
        Description = "With --kill, range of commits whose changes the scripted agents make, as FIRST..LAST",
        HelpName = "RANGE",
    };
    private readonly Option<int?> _seed = new("--seed")
    {
        Description = "With --kill, random seed; the same seed repeats the same disturbances",
        HelpName = "N",
    };
    private readonly Option<int> _kills = new("--kills")
    {
        Description = "With --kill, number of process kills",
        HelpName = "N",
        DefaultValueFactory = static _ => 3,
    };

    public NightRehearseCommand()
        : base("rehearse", "Simulate an unattended run of a plan at no cost, based on past runs of this repository")
    {
        Add(_plan);
        Add(_options.Until);
        Add(_options.MaxCost);
        Add(_options.Workers);
        Add(_options.Agent);
        Add(_options.Model);
        Add(_options.Only);
        Add(_options.Phase);
        Add(_kill);
        Add(_commits);
        Add(_seed);
        Add(_kills);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var file = context.PlanFiles.Named(parsed.GetValue(_plan), ofBacklog: false);
        var plan = context.PlanFiles.Require(file);
        var loaded = context.OpenSettings(repository, [.. _options.Flags(parsed)]).Loaded;
        var settings = loaded.Settings!;
        var choice = TaskSelectionOptions.Of(plan, parsed.GetValue(_options.Only), parsed.GetValue(_options.Phase));
        var chosen = choice.Ids(plan);
        await RunStartPreconditionChecker.RequireRepositoryAsync(context, repository, loaded, stop);
        var input = _options.InputOf(parsed, repository, settings) with { Only = choice.Only, Phase = choice.Phase };
        RunStartPreconditionChecker.RequireStartablePlan(plan, input, repository, loaded);
        if (parsed.GetValue(_kill))
        {
            var asked = plan with { Tasks = [.. plan.Tasks.Where(task => chosen.Contains(task.Id))] };
            return await KillAsync(parsed, repository.Root, asked, settings, context, stop);
        }
        var (night, usual, hard, failures) = NightSimulation.Of(plan, chosen, settings, parsed.GetValue(_options.Until), context);
        if (parsed.GetValue(_json))
        {
            context.Print(RehearsalDocument.Of(night, usual, hard), DocumentJson.Default.RehearsalDocument);
            return UseCaseOutcome.Done;
        }
        context.Terminal.Show(
            $"Simulation of a typical night with {file} from {LocalTimeFormatter.ToMinute(night.Start)}. No task was executed."
        );
        foreach (var step in usual.Steps.Take(MostSteps))
        {
            context.Terminal.Show($"  {LocalTimeFormatter.ToMinute(step.At)}  {Describe(step)}");
        }
        if (usual.Steps.Count > MostSteps)
        {
            context.Terminal.Show($"  and {Plural.Of(usual.Steps.Count - MostSteps, "more event")} (--json lists all)");
        }
        foreach (var failure in failures)
        {
            context.Terminal.Show($"  {failure}.");
        }
        context.Terminal.Show($"A typical night: {Sum(usual)}");
        context.Terminal.Show($"A hard night:    {Sum(hard)}");
        context.Terminal.Inform(
            "Gates, merges and answers take as long as for past tasks. The rehearsal ignores unknown facts, namely "
                + (night.Fills.Count > 0 ? "" : "how fast the account's limits fill (the service reported too little data), ")
                + "other users of the account, and work that is rejected more often than before."
        );
        return UseCaseOutcome.Done;
    }

    private async Task<UseCaseOutcome> KillAsync(
        ParseResult parsed,
        string repository,
        Plan plan,
        OrchestratorSettings settings,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var disk = context.Environment.GetValueOrDefault(NightRehearsalTmpfsMounter.Variable);
        var problem = disk is null ? await NightRehearsalTmpfsMounter.ProblemAsync(stop) : null;
        if (disk is null && problem is null)
        {
            string[] arguments = [.. parsed.Tokens.Select(token => token.Value)];
            return (UseCaseOutcome)
                await NightRehearsalTmpfsMounter.RunAsync(arguments, context.Terminal.Show, context.Terminal.Inform, stop);
        }
        var commits =
            parsed.GetValue(_commits)
            ?? throw new UseCaseException(
                UseCaseOutcome.Usage,
                "The scripted agents do not know which changes to make.",
                "Name the commits that did such work: orchestrate night rehearse --kill --commits FIRST..LAST"
            );
        var seed = parsed.GetValue(_seed) ?? Random.Shared.Next(1_000_000);
        context.Terminal.Inform($"Rehearsing in a throwaway clone; --seed {seed} repeats it.");
        var request = new KillRehearsalRequest(repository, plan, commits, seed, parsed.GetValue(_kills), settings.Workers)
        {
            Environment = context.Environment,
            WritablePaths = settings.Permissions.Paths,
            SmallDisk = disk,
            NoSmallDisk = problem,
        };
        var night = await new KillRehearsal(request, context.Terminal.Inform).RunAsync(stop);
        if (parsed.GetValue(_json))
        {
            context.Print(KillRehearsalDocument.Of(night), DocumentJson.Default.KillRehearsalDocument);
        }
        else
        {
            KillRehearsalOutcomeFormatter.Lines(night).ToList().ForEach(context.Terminal.Show);
        }
        return night.Holds ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }

    private static string Describe(SimulatedRunEvent step) =>
        step.Kind switch
        {
            SimulatedRunEventKind.Starts => $"{step.Task} starts",
            SimulatedRunEventKind.Ends => string.Create(CultureInfo.InvariantCulture, $"{step.Task} is done, for {step.Cost:0.00} USD"),
            SimulatedRunEventKind.Fails => string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Task} fails as before, for {step.Cost:0.00} USD; its dependents wait for you"
            ),
            SimulatedRunEventKind.Asks => $"{step.Task} and its dependents wait for your approval",
            SimulatedRunEventKind.Waits => $"{step.Task} waits for the account until {LocalTimeFormatter.ToMinute(step.Until!.Value)}",
            SimulatedRunEventKind.Money => $"{step.Task} does not start, because the budget is used up; the run waits for you",
            _ => "the night is over, so nothing more starts",
        };

    private static string Sum(SimulatedRunResult night) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{night.Done.Count} of {Plural.Of(night.Done.Count + night.Left.Count, "task")} done, {night.Cost:0.00} USD"
        )
        + $", over at {LocalTimeFormatter.ToMinute(night.End)}"
        + (night.Left.Count == 0 ? "" : $"; left: {string.Join(", ", night.Left.Take(10))}{(night.Left.Count > 10 ? " ..." : "")}");
}
