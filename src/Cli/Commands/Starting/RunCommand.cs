using Orchestrator.App.PlanFiles;
using Orchestrator.Cli.Runs;
using Orchestrator.Cli.Web;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>run</c>: executes a plan until the work of its tasks is merged.</summary>
internal sealed class RunCommand : CliCommand
{
    private readonly Argument<string?> _plan = new("PLAN")
    {
        Description = "The plan file, or a request in words; default: tasks.yaml",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly RunCommandOptions _options = new();
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description = "Check the plan and show the order of its tasks without starting anything",
    };
    private readonly DashboardPortOption _page = new();
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Continue the run in the background" };
    private readonly Option<bool> _attached = GlobalOptions.Attached();
    private readonly Option<bool> _overnight = new("--overnight")
    {
        Description =
            "Before the start, list events that could need your attention; keep the machine awake; check the run contract in "
            + "the report",
    };
    private readonly Option<bool> _openNetwork = new("--yes-open-network")
    {
        Description = "With --overnight, allow programs to reach any host (permissions.network.mode: open)",
    };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _updatePlan = new("--update-plan")
    {
        Description = "Mark completed and failed phases in a master plan's table",
    };
    private readonly Option<bool> _askPlan = new(DetachedRunStarter.AskPlan)
    {
        Description = "Require approval of a planner's plan",
        Hidden = true,
    };
    private readonly Option<bool> _begun = new(DetachedRunStarter.Begun)
    {
        Description = "Points that could wake a user were shown and answered",
        Hidden = true,
    };
    private readonly Option<string?> _id = new(BackgroundRun.RunIdOption) { Description = "Id of the new run", Hidden = true };
    private readonly Option<bool> _noPlanner = new("--no-planner")
    {
        Description = "Without a planner, run the backlog's tasks one after another in the order of their dependencies",
    };
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly bool _ofBacklog;

    /// <summary>Creates the command.</summary>
    /// <param name="ofBacklog">True to create <c>tasks run</c>, which runs only the pending tasks of the backlog.</param>
    public RunCommand(bool ofBacklog = false)
        : base(
            "run",
            ofBacklog
                ? "Run the pending tasks of the backlog, and mark the finished ones as done"
                : "Run a plan with agents, and land their verified work"
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
        _options.AddTo(this, asksAgain: true);
        Add(_dryRun);
        Add(_detach);
        _page.AddTo(this);
        Add(_attached);
        Add(_overnight);
        Add(_openNetwork);
        Add(_yes);
        _engine.AddTo(this);
        Add(_updatePlan);
        Add(_askPlan);
        Add(_begun);
        Add(_id);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var given = _ofBacklog ? null : parsed.GetValue(_plan);
        var request = RequestOrFileNameClassifier.IsRequest(given, context) ? given : null;
        var named = request is null ? context.PlanFiles.Named(given, _ofBacklog) : null;
        var backlog = named is not null && PlanFileName.IsBacklog(named) && !parsed.GetValue(_noPlanner) ? named : null;
        var file = backlog is null ? named : null;
        var opened = context.OpenSettings(repository, [.. _options.Flags(parsed), .. _engine.Flags(parsed)], parsed.GetValue(_id));
        RefuseContradictions(parsed, context, file, backlog);
        var plan = file is null ? null : context.PlanFiles.Require(file);
        var chosen = Chosen(plan, parsed);
        if (plan is not null && parsed.GetValue(_dryRun))
        {
            return await new DryRunPrinter(plan, file!, chosen, opened.Loaded, context).ShowAsync(
                Input(parsed, repository, context.FullPath(file!), chosen, opened.Loaded.Settings!) with
                {
                    Again = parsed.GetValue(_options.Again),
                },
                repository,
                parsed.GetValue(_yes),
                stop
            );
        }

        var yes = parsed.GetValue(_yes);
        var runId = parsed.GetValue(_id) ?? NewRunInputFactory.NewId(request, named);
        var draft = DraftOf(
            parsed,
            context,
            opened,
            new RunTaskSourceOptions(request, file, backlog, IsFound: given is null),
            plan,
            chosen,
            runId
        );
        var prepared = await draft.PrepareAsync(context, stop);
        var settings = prepared.Settings;
        var input = await WithNightAsync(prepared.Input, plan, runId, parsed, new UnattendedPreflight(context, repository, settings), stop);
        if (parsed.GetValue(_detach))
        {
            return await new DetachedRunStarter(runId, repository, _engine.Arguments(parsed), context)
            {
                More =
                [
                    .. parsed.GetValue(_overnight) ? [DetachedRunStarter.Begun] : Array.Empty<string>(),
                    .. input.Again && !parsed.GetValue(_options.Again) ? [RunCommandOptions.AgainName] : Array.Empty<string>(),
                ],
            }.StartAsync(prepared.Agreed, askPlan: file is null && !yes, settings.Settings!, stop);
        }
        var engine = Outliving(parsed);
        await using var page = await _page.StartAsync(parsed, repository, context, stop);
        var code = await ForegroundRunExecutor.RunAsync(
            runId,
            input,
            repository,
            settings.Settings!,
            engine,
            context,
            new TerminalPresenter(context),
            stop
        );
        if (parsed.GetValue(_updatePlan))
        {
            WriteStatus(file!, runId, repository, context);
        }
        return code;
    }

    /// <summary>Source of the tasks of a run.</summary>
    /// <param name="Request">Request in natural language, or null if there is none.</param>
    /// <param name="File">Path of the plan file, or null if there is none.</param>
    /// <param name="Backlog">Backlog text for a planner, or null if there is none.</param>
    /// <param name="IsFound">True if the user named no source.</param>
    private sealed record RunTaskSourceOptions(string? Request, string? File, string? Backlog, bool IsFound);

    private RunAwaitingPreparation DraftOf(
        ParseResult parsed,
        CliCommandServiceBundle context,
        RepositorySettings opened,
        RunTaskSourceOptions source,
        Plan? plan,
        TaskSelectionOptions chosen,
        string runId
    )
    {
        var (repository, yes) = (context.RequireRepository(), parsed.GetValue(_yes));
        var file = source.File is null ? null : context.FullPath(source.File);
        var backlog = source.Backlog is null ? null : context.FullPath(source.Backlog);
        return new RunAwaitingPreparation(runId, repository, opened)
        {
            Plan = plan,
            File = file ?? backlog,
            FoundFile = source.IsFound ? source.File : null,
            Chosen = chosen,
            Yes = yes,
            Again = parsed.GetValue(_options.Again),
            BesideOpen = yes || parsed.GetValue(_id) is not null,
            InputOf = (settings, agreed) =>
                OfBacklog(
                    Input(parsed, repository, file, chosen, settings) with
                    {
                        Request = source.Request,
                        Yes = file is not null ? agreed : yes && !parsed.GetValue(_askPlan),
                    },
                    backlog is null ? null : RequestOrFileNameClassifier.InRepository(repository, backlog),
                    parsed
                ),
        };
    }

    /// <summary>
    /// Runs the preflight, which shows the run contract and asks the user to confirm the start. Then adds the contract to the input.
    /// Without <c>--overnight</c>, returns the input unchanged.
    /// </summary>
    private async Task<OrchestrationInput> WithNightAsync(
        OrchestrationInput input,
        Plan? plan,
        string runId,
        ParseResult parsed,
        UnattendedPreflight preflight,
        CancellationToken stop
    )
    {
        if (!parsed.GetValue(_overnight))
        {
            return input;
        }
        if (!parsed.GetValue(_begun))
        {
            preflight.RefuseOpenNetwork(parsed.GetValue(_openNetwork));
        }
        var answered = parsed.GetValue(_yes) || parsed.GetValue(_begun);
        return input with { Night = await preflight.MakeAsync(runId, plan, input, answered, stop) };
    }

    /// <summary>
    /// Returns the engine options for a background process that continues the run if the terminal is closed. Null if no process should
    /// continue it. With <c>--update-plan</c>, for example, this process itself must update the plan file at the end.
    /// </summary>
    private IReadOnlyList<string>? Outliving(ParseResult parsed) =>
        parsed.GetValue(_attached) || parsed.GetValue(_updatePlan) ? null : _engine.Arguments(parsed);

    private TaskSelectionOptions Chosen(Plan? plan, ParseResult parsed) =>
        plan is null
            ? TaskSelectionOptions.All
            : TaskSelectionOptions.Of(plan, parsed.GetValue(_options.Only), parsed.GetValue(_options.Phase));

    private static void WriteStatus(string file, string runId, LocalRepositoryPaths repository, CliCommandServiceBundle context)
    {
        if (MasterPlanStatusWriter.WriteStatus(context.FullPath(file), StoredRunFinder.Require(repository, runId).Status))
        {
            context.Terminal.Inform($"The status column of {file} now shows the results of {runId}.");
        }
    }

    /// <summary>Refuses contradictory options.</summary>
    private void RefuseContradictions(ParseResult parsed, CliCommandServiceBundle context, string? file, string? backlog)
    {
        if (parsed.GetValue(_updatePlan) && (parsed.GetValue(_detach) || file is null || !PlanFileName.IsMasterPlan(file)))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--update-plan needs a Markdown master plan and a run in the foreground.",
                "Omit this option, or run a master plan without --detach."
            );
        }
        _page.RefuseDetached(parsed, parsed.GetValue(_detach));
        if (backlog is not null)
        {
            context.PlanFiles.RequirePending(backlog, parsed.GetValue(_tag));
        }
        if (file is null)
        {
            RejectPlanOptions(parsed, backlog is not null);
        }
        else if (parsed.GetValue(_tag) is not null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--tag works only with the planner; --no-planner runs the tasks of task-master's current tag.",
                "Omit one of these options."
            );
        }
    }

    private OrchestrationInput OfBacklog(OrchestrationInput input, string? file, ParseResult parsed) =>
        file is null
            ? input
            : input with
            {
                RequestFile = file,
                Planning = parsed.GetValue(_tag) is { } tag ? new PlanningOptions { Tag = tag } : null,
            };

    private void RejectPlanOptions(ParseResult parsed, bool isBacklog)
    {
        var what = isBacklog ? "backlog" : "request";
        if (parsed.GetValue(_dryRun))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"A {what} has no plan to show, because a planner makes it during the run.",
                isBacklog
                    ? "With --no-planner, the run executes the backlog's tasks by their dependencies, and --dry-run shows them."
                    : "'orchestrate plan' writes a plan without running it."
            );
        }

        if (parsed.GetValue(_options.Phase) is not null || parsed.GetValue(_options.Only) is { Length: > 0 })
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--phase and --only select tasks of a plan, but a {what} has no plan yet.",
                isBacklog
                    ? "Add --no-planner to use its own tasks as the plan."
                    : "Make a plan with 'orchestrate plan REQUEST -o FILE', and run that."
            );
        }
    }

    private OrchestrationInput Input(
        ParseResult parsed,
        LocalRepositoryPaths repository,
        string? file,
        TaskSelectionOptions chosen,
        OrchestratorSettings settings
    ) =>
        _options.InputOf(parsed, repository, settings) with
        {
            PlanFile = file is null ? null : RequestOrFileNameClassifier.InRepository(repository, file),
            Only = chosen.Only.Count == 0 ? null : chosen.Only,
            Phase = chosen.Phase,
        };
}
