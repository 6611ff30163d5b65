using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.Formats;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>run</c>: a plan becomes merged commits.</summary>
internal sealed class RunCommand : CliCommand
{
    private readonly Argument<string?> _plan = new("PLAN")
    {
        Description = "The plan file, or a request in words; tasks.yaml where neither is given",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly RunOptionsSet _options = new();
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description = "Check the plan and show the order of its tasks; start nothing",
    };
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Go on in the background" };
    private readonly Option<bool> _attached = GlobalOptions.Attached();
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _updatePlan = new("--update-plan")
    {
        Description = "Write into a master plan's table which phases are completed or failed",
    };
    private readonly Option<bool> _askPlan = new(DetachedRun.AskPlan)
    {
        Description = "A planner's plan needs a yes of its own",
        Hidden = true,
    };
    private readonly Option<string?> _id = new(DetachedRun.RunId) { Description = "Id of the new run", Hidden = true };
    private readonly Option<bool> _noPlanner = new("--no-planner")
    {
        Description = "Run the backlog's tasks by their dependencies alone, one after another",
    };
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly bool _ofBacklog;

    /// <summary>Makes the command.</summary>
    /// <param name="ofBacklog">It is <c>tasks run</c>: the backlog's pending tasks and nothing else.</param>
    public RunCommand(bool ofBacklog = false)
        : base(
            "run",
            ofBacklog
                ? "Run the pending tasks of the backlog; what is done is marked"
                : "Run a plan: agents do its tasks, what is verified is merged and lands"
        )
    {
        _ofBacklog = ofBacklog;
        if (ofBacklog)
        {
            Add(_tag);
        }
        else
        {
            Add(_plan);
        }
        Add(_noPlanner);
        _options.AddTo(this);
        Add(_dryRun);
        Add(_detach);
        Add(_attached);
        Add(_yes);
        _engine.AddTo(this);
        Add(_updatePlan);
        Add(_askPlan);
        Add(_id);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var given = _ofBacklog ? null : parsed.GetValue(_plan);
        var request = Requests.IsRequest(given, context) ? given : null;
        var named = request is null ? PlanName(given, context) : null;
        var backlog = named is not null && BacklogPlanReader.IsBacklog(named) && !parsed.GetValue(_noPlanner) ? named : null;
        var file = backlog is null ? named : null;
        var opened = context.OpenSettings(repository, [.. _options.Flags(parsed), .. _engine.Flags(parsed)], parsed.GetValue(_id));
        RefuseContradictions(parsed, context, file, backlog);
        var plan = file is null ? null : PlanFiles.Require(context, file);
        var chosen = plan is null ? Selection.All : Choose(plan, parsed);
        if (plan is not null && parsed.GetValue(_dryRun))
        {
            return DryRun(plan, file!, chosen, context, opened.Loaded, parsed);
        }

        var yes = parsed.GetValue(_yes);
        var runId = parsed.GetValue(_id) ?? NewId(request, named);
        RefuseEnded(runId, repository);
        AskAboutTwin(parsed, request, named, runId, repository, context);
        var settings = TrustGate.Demand(context, opened, yes, runId);
        var agreed = await RunPreparation.DemandAsync(
            context,
            repository,
            settings,
            named is null ? null : context.FullPath(named),
            yes,
            stop
        );
        if (file is null && settings.Settings!.Planner.Agent != settings.Settings.Agent)
        {
            await RunPreparation.DemandPlannerAsync(repository, settings, stop);
        }
        if (parsed.GetValue(_detach))
        {
            return await new DetachedRun(runId, repository, context) { Engine = _engine.Arguments(parsed) }.StartAsync(
                agreed,
                askPlan: file is null && !yes,
                stop
            );
        }
        var planned = Input(parsed, repository, file is null ? null : context.FullPath(file), chosen, settings.Settings!) with
        {
            Request = request,
            Yes = file is not null ? agreed : yes && !parsed.GetValue(_askPlan),
        };
        var input = backlog is null ? planned : OfBacklog(planned, Requests.InRepository(repository, context.FullPath(backlog)), parsed);
        // What is written into the plan at the end is this process's business.
        var outlives = !parsed.GetValue(_attached) && !parsed.GetValue(_updatePlan);
        var engine = outlives ? _engine.Arguments(parsed) : null;
        var code = await RunAsync(runId, input, repository, settings.Settings!, engine, context, stop);
        if (parsed.GetValue(_updatePlan))
        {
            MasterPlanFile.WriteStatus(context, file!, StoredRuns.Require(repository, runId));
        }
        return code;
    }

    /// <summary>What the options ask for together and can't have.</summary>
    private void RefuseContradictions(ParseResult parsed, CommandContext context, string? file, string? backlog)
    {
        if (parsed.GetValue(_updatePlan) && (parsed.GetValue(_detach) || file is null || !PlanReader.IsMasterPlan(file)))
        {
            throw new CommandException(
                ExitCodes.Usage,
                "--update-plan writes into a Markdown master plan when its run has ended.",
                "Leave it out, or run a master plan without --detach."
            );
        }
        if (backlog is not null)
        {
            PlanFiles.RequirePending(context, backlog, parsed.GetValue(_tag));
        }
        if (file is null)
        {
            DemandNothingOfAPlan(parsed, backlog is not null);
        }
        else if (parsed.GetValue(_tag) is not null)
        {
            throw new CommandException(
                ExitCodes.Usage,
                "--tag goes with the planner; by dependencies alone task-master's current tag is run.",
                "Leave one of them out."
            );
        }
    }

    private static string NewId(string? request, string? named) =>
        RunIds.Create(
            request ?? (BacklogPlanReader.IsBacklog(named!) ? "backlog" : Path.GetFileNameWithoutExtension(named)!),
            Guid.NewGuid()
        );

    private OrchestrationInput OfBacklog(OrchestrationInput input, string file, ParseResult parsed) =>
        input with
        {
            RequestFile = file,
            Planning = parsed.GetValue(_tag) is { } tag ? new PlanningOptions { Tag = tag } : null,
        };

    /// <summary>
    /// Two runs of one plan do its work twice, and wait for each other's files. Who says yes, or gives the run a name of its own, means it.
    /// </summary>
    private void AskAboutTwin(
        ParseResult parsed,
        string? request,
        string? named,
        string runId,
        RepositoryLocation repository,
        CommandContext context
    )
    {
        if (parsed.GetValue(_yes) || parsed.GetValue(_id) is not null)
        {
            return;
        }
        var what = request ?? (named is null ? null : Requests.InRepository(repository, context.FullPath(named)));
        if (StoredRuns.Open(repository).FirstOrDefault(run => run.Id != runId && run.Status.Title == what) is not { } twin)
        {
            return;
        }
        context.Terminal.Warn($"{twin.Id} is a run of the same plan and still open ({RunStanding.Describe(twin.Status)}).");
        if (context.Terminal.Ask("Start another one?") is not true)
        {
            throw new CommandException(
                ExitCodes.NeedsPerson,
                $"Nothing was started, since {twin.Id} is a run of the same plan and still open.",
                $"'orchestrate resume {twin.Id}' goes on with it, 'orchestrate cancel {twin.Id}' ends it; --yes starts another one."
            );
        }
    }

    private static void RefuseEnded(string runId, RepositoryLocation repository)
    {
        if (
            StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId)) is { } stored
            && NewestExecution.Of(stored, repository) is var before
            && RunStates.IsFinal(before.Status.State)
        )
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"There was a run {runId} already: it is {before.Status.State}.",
                $"Choose another id, or leave {DetachedRun.RunId} out."
            );
        }
    }

    private static async Task<int> RunAsync(
        string runId,
        OrchestrationInput input,
        RepositoryLocation repository,
        OrchestratorSettings settings,
        IReadOnlyList<string>? outlivingWith,
        CommandContext context,
        CancellationToken stop
    )
    {
        await using var session = await RunSession.OpenAsync(context, repository, settings, stop);
        var run = await session.Runs.StartAsync(input, runId, stop);
        if (outlivingWith is not null)
        {
            session.OutliveTerminal(run, outlivingWith);
        }
        context.Terminal.Say($"{runId} has started.");
        var code = await session.WatchAndAskAsync(run);
        await session.FinishOthersAsync(run);
        return code;
    }

    private string PlanName(string? given, CommandContext context)
    {
        if (given is not null)
        {
            return given;
        }
        if (!_ofBacklog && File.Exists(context.FullPath(PlanFiles.DefaultName)))
        {
            return PlanFiles.DefaultName;
        }
        var backlog = new BacklogFiles(context, null);
        if (backlog.Exists)
        {
            return backlog.FullPath;
        }
        throw _ofBacklog
            ? new CommandException(
                ExitCodes.Usage,
                $"There is no backlog in {context.Directory}.",
                "Add a task: orchestrate add \"WHAT IS TO BE DONE\"."
            )
            : new CommandException(
                ExitCodes.Usage,
                $"No plan was named and there is no {PlanFiles.DefaultName} in {context.Directory}, and no backlog either.",
                "Name the plan: orchestrate run PLAN."
            );
    }

    private void DemandNothingOfAPlan(ParseResult parsed, bool isBacklog)
    {
        var what = isBacklog ? "backlog" : "request";
        if (parsed.GetValue(_dryRun))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"A {what} has no plan yet that could be shown: a planner makes it when it is run.",
                isBacklog
                    ? "'--no-planner' runs its tasks by their dependencies alone; with it, --dry-run shows them."
                    : "'orchestrate plan' makes one without running it."
            );
        }

        if (parsed.GetValue(_options.Phase) is not null || parsed.GetValue(_options.Only) is { Length: > 0 })
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"--phase and --only choose tasks of a plan, and a {what} has none yet.",
                isBacklog ? "Add --no-planner: then its own tasks are the plan." : "'orchestrate plan REQUEST -o FILE' makes one; run that."
            );
        }
    }

    /// <summary>The tasks that --only and --phase name by a part of their ids.</summary>
    private Selection Choose(Plan plan, ParseResult parsed)
    {
        string[] ids = [.. plan.Tasks.Select(task => task.Id)];
        string[] only = [.. (parsed.GetValue(_options.Only) ?? []).Select(Whole)];
        return new Selection(only, parsed.GetValue(_options.Phase) is { } phase ? Whole(phase) : null);

        string Whole(string id) => UniquePrefix.Find(id, ids, "task of this plan");
    }

    private OrchestrationInput Input(
        ParseResult parsed,
        RepositoryLocation repository,
        string? file,
        Selection chosen,
        OrchestratorSettings settings
    ) =>
        new()
        {
            Repository = repository.Root,
            PlanFile = file is null ? null : Requests.InRepository(repository, file),
            Agent = settings.Agent,
            Model = parsed.GetValue(_options.Model),
            Workers = Math.Min(settings.Workers, settings.MaxWorkers),
            Only = chosen.Only.Count == 0 ? null : chosen.Only,
            Phase = chosen.Phase,
            Land = settings.Git.Land,
            Target = settings.Git.Target,
            Fresh = parsed.GetValue(_options.Fresh),
            ApproveRisk = parsed.GetValue(_options.ApproveRisk),
            MaxCost = parsed.GetValue(_options.MaxCost),
            Until = parsed.GetValue(_options.Until),
        };

    private int DryRun(Plan plan, string file, Selection chosen, CommandContext context, SettingsResult loaded, ParseResult parsed)
    {
        context.Terminal.Show($"{file} can be run. Nothing was started.");
        PlanOverview.Write(plan, context.Terminal, context.Terminal.Show, TaskSelection.Of(plan, chosen.Only, chosen.Phase, []));
        var settings = RiskOverview.Rules(context, loaded);
        var score = RiskScore.Of(plan, settings.Risk.ToOptions());
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        context.Terminal.Show("Risk:");
        RiskOverview.Write(score, guarded, context.Terminal.Show);
        context.Terminal.Show(RiskOverview.WhoIsAsked(plan, score, guarded, parsed.GetValue(_options.ApproveRisk), parsed.GetValue(_yes)));
        return ExitCodes.Done;
    }

    /// <summary>Which tasks of the plan are run, by whole ids.</summary>
    private sealed record Selection(IReadOnlyList<string> Only, string? Phase)
    {
        public static Selection All { get; } = new([], null);
    }
}
