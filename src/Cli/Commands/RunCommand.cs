using System.CommandLine;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Runs;
using Orchestrator.Contracts;
using Orchestrator.Local;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>run</c>: a plan becomes merged commits.</summary>
internal sealed class RunCommand : CliCommand
{
    private static readonly string[] PlanEndings = [".yaml", ".yml", ".json", ".md"];

    private readonly Argument<string?> _plan = new("PLAN") { Description = "The plan file; tasks.yaml where none is named", Arity = ArgumentArity.ZeroOrOne };
    private readonly RunOptionsSet _options = new();
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Check the plan and show the order of its tasks; start nothing" };
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Go on in the background" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _updatePlan = new("--update-plan") { Description = "Write into a master plan's table which phases are completed or failed" };
    private readonly Option<string?> _id = new("--run-id") { Description = "Id of the new run", Hidden = true };

    public RunCommand()
        : base("run", "Run a plan: agents do its tasks, what is verified is merged and lands")
    {
        Add(_plan);
        _options.AddTo(this);
        Add(_dryRun);
        Add(_detach);
        Add(_yes);
        _engine.AddTo(this);
        Add(_updatePlan);
        Add(_id);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var file = PlanName(parsed.GetValue(_plan), context);
        var settings = context.LoadSettings([.. _options.Flags(parsed), .. _engine.Flags(parsed)]);
        var plan = PlanFiles.Require(context, file);
        CheckNames(plan, parsed);
        if (parsed.GetValue(_updatePlan) && (parsed.GetValue(_detach) || !PlanReader.IsMasterPlan(file)))
            throw new CommandException(ExitCodes.Usage, "--update-plan writes into a Markdown master plan when its run has ended.", "Leave it out, or run a master plan without --detach.");
        if (parsed.GetValue(_dryRun))
            return DryRun(plan, file, context);

        var yes = parsed.GetValue(_yes);
        var runId = parsed.GetValue(_id) ?? RunIds.Create(Path.GetFileNameWithoutExtension(file), Guid.NewGuid());
        var agreed = await RunPreparation.DemandAsync(context, repository, settings, runId, context.FullPath(file), yes, stop);
        if (parsed.GetValue(_detach))
            return await DetachedRun.StartAsync(runId, repository, context, stop);
        var code = await RunAsync(runId, Input(parsed, repository, context.FullPath(file), settings.Settings!, agreed), repository, settings.Settings!, context, stop);
        if (parsed.GetValue(_updatePlan))
            MasterPlanFile.WriteStatus(context, file, StoredRuns.Require(repository, runId));
        return code;
    }

    private static async Task<int> RunAsync(
        string runId, OrchestrationInput input, RepositoryLocation repository, OrchestratorSettings settings, CommandContext context, CancellationToken stop)
    {
        await using var session = await RunSession.OpenAsync(context, repository, settings, stop);
        var run = await session.Runs.StartAsync(input, runId, stop);
        context.Terminal.Say($"{runId} has started.");
        var code = await session.WatchAsync(run);
        await session.FinishOthersAsync(run);
        return code;
    }

    // Without spaces, or with the ending of a plan, it was meant as a file: a typing mistake must not become a request that costs money.
    private static string PlanName(string? given, CommandContext context)
    {
        if (given is null)
        {
            if (File.Exists(context.FullPath(PlanFiles.DefaultName)))
                return PlanFiles.DefaultName;
            var backlog = new BacklogFiles(context, null);
            return backlog.Exists
                ? backlog.FullPath
                : throw new CommandException(ExitCodes.Usage, $"No plan was named and there is no {PlanFiles.DefaultName} in {context.Directory}, and no backlog either.", "Name the plan: orchestrate run PLAN.");
        }

        var isRequest = given.Contains(' ', StringComparison.Ordinal) && !PlanEndings.Contains(Path.GetExtension(given), StringComparer.OrdinalIgnoreCase) && !File.Exists(context.FullPath(given));
        return isRequest
            ? throw new CommandException(ExitCodes.Usage, "A request in words needs a planner, which this version does not have.", "Write the plan as a file: see 'orchestrate validate --help'.")
            : given;
    }

    private void CheckNames(Plan plan, ParseResult parsed)
    {
        var ids = plan.Tasks.Select(task => task.Id).ToList();
        foreach (var id in (parsed.GetValue(_options.Only) ?? []).Append(parsed.GetValue(_options.Phase)).OfType<string>())
            _ = UniquePrefix.Find(id, ids, "task of this plan");
    }

    private OrchestrationInput Input(ParseResult parsed, RepositoryLocation repository, string file, OrchestratorSettings settings, bool agreed)
    {
        var relative = Path.GetRelativePath(repository.Root, file);
        var ids = parsed.GetValue(_options.Only) ?? [];
        return new OrchestrationInput
        {
            Repository = repository.Root,
            PlanFile = relative.StartsWith("..", StringComparison.Ordinal) ? file : relative,
            Agent = settings.Agent,
            Model = parsed.GetValue(_options.Model),
            Workers = Math.Min(settings.Workers, settings.MaxWorkers),
            Only = ids.Length == 0 ? null : ids,
            Phase = parsed.GetValue(_options.Phase),
            Land = settings.Git.Land,
            Target = settings.Git.Target,
            Fresh = parsed.GetValue(_options.Fresh),
            ApproveRisk = parsed.GetValue(_options.ApproveRisk),
            MaxCost = parsed.GetValue(_options.MaxCost),
            Until = parsed.GetValue(_options.Until),
            Yes = agreed,
        };
    }

    private static int DryRun(Plan plan, string file, CommandContext context)
    {
        var graph = TaskGraph.Of(plan);
        var tasks = plan.Tasks.ToDictionary(task => task.Id);
        context.Terminal.Say($"{file} can be run: {plan.Tasks.Count} tasks in {graph.Waves.Count} waves. Nothing was started.");
        var number = 0;
        foreach (var wave in graph.Waves)
        {
            context.Terminal.Say($"Wave {++number}");
            foreach (var id in wave)
                context.Terminal.Say($"  {id}: {tasks[id].Description.ReplaceLineEndings(" ")}");
        }

        return ExitCodes.Done;
    }
}
