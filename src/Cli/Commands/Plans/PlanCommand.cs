using System.Text.Json;
using Orchestrator.Cli.Overviews;
using Orchestrator.Cli.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>plan</c>: lets a planner make a plan from a request or a document. Repeating an unfinished request continues it, so that no
/// work is paid for twice.</summary>
internal sealed class PlanCommand : CliCommand
{
    private readonly Argument<string?> _request = new("REQUEST")
    {
        Description = "The request, in plain words",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _prd = new("--prd")
    {
        Description = "Plan the work that this document describes, instead of a request",
        HelpName = "FILE",
    };
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write the plan to this file (.yaml or .json) instead of stdout",
        HelpName = "FILE",
    };
    private readonly Option<string?> _model = new("--model", "-m") { Description = "Model of the planner", HelpName = "MODEL" };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _noProgress = new("--no-progress")
    {
        Description = "Print one line per state change instead of the live table",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly EngineOptions _engine = new();

    public PlanCommand()
        : base("plan", "Have a planner write a plan for a request or a document")
    {
        Add(_request);
        foreach (var option in new Option[] { _prd, _output, _model, _yes, _noProgress, _json })
        {
            Add(option);
        }
        _engine.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var input = Input(parsed, repository, context);
        IReadOnlyList<SettingOverride> progress = parsed.GetValue(_noProgress) ? [new("--no-progress", "show_progress", "false")] : [];
        var settings = context.OpenSettings(repository, [.. _engine.Flags(parsed), .. progress]);
        var overwrite = MayWrite(parsed, context);
        var text = input.Request ?? await File.ReadAllTextAsync(Path.GetFullPath(input.RequestFile!, repository.WorkTree), stop);
        var id = PlannerRun.IdOf(
            input.Request ?? Path.GetFileNameWithoutExtension(input.RequestFile!),
            $"{text}\n{input.PlannerModel}\n{input.Output}",
            repository
        );
        return await PlannerRun.RunAsync(
            context,
            new TerminalPresenter(context),
            repository,
            settings,
            input with
            {
                Overwrite = overwrite,
            },
            id,
            parsed.GetValue(_yes),
            () => Show(parsed, repository, id, settings.Loaded.Settings!, context),
            stop
        );
    }

    private OrchestrationInput Input(ParseResult parsed, LocalRepositoryPaths repository, CliCommandServiceBundle context)
    {
        var words = parsed.GetValue(_request);
        var prd = parsed.GetValue(_prd);
        if (words is null == prd is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                words is null ? "The request is missing." : "A request and a document can't be planned together.",
                "Write a request in words, or name a document with --prd FILE."
            );
        }
        return new OrchestrationInput
        {
            Repository = repository.WorkTree,
            Request = words is null ? null : RequestOrFileNameClassifier.Require(words, context),
            RequestFile = prd is null ? null : RequestOrFileNameClassifier.InRepository(repository, context.PlanFiles.RequireDocument(prd)),
            PlanOnly = true,
            PlannerModel = parsed.GetValue(_model),
            Output = parsed.GetValue(_output) is { } output
                ? RequestOrFileNameClassifier.InRepository(repository, context.FullPath(output))
                : null,
        };
    }

    // Asks for confirmation before any agent causes cost.
    private bool MayWrite(ParseResult parsed, CliCommandServiceBundle context)
    {
        if (parsed.GetValue(_output) is not { } output)
        {
            return false;
        }
        if (PlanFileName.IsMasterPlan(output) || PlanFileName.IsBacklog(context.FullPath(output)))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{output} is the name of a {(PlanFileName.IsMasterPlan(output) ? "Markdown document" : "backlog")}, so a "
                    + "plan in it would not be read as a task graph.",
                "Name another file that ends in .yaml or .json."
            );
        }
        if (Directory.Exists(context.FullPath(output)))
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"{output} is a folder.", "Specify a file for the plan.");
        }
        if (!File.Exists(context.FullPath(output)))
        {
            return false;
        }
        if (parsed.GetValue(_yes) || context.Terminal.Ask($"{output} already exists. Replace it?") is true)
        {
            return true;
        }
        throw new UseCaseException(
            UseCaseOutcome.NeedsPerson,
            $"{output} already exists and was not changed. No plan was made.",
            "Choose another file, or use --yes to replace it."
        );
    }

    private void Show(
        ParseResult parsed,
        LocalRepositoryPaths repository,
        string id,
        OrchestratorSettings settings,
        CliCommandServiceBundle context
    )
    {
        if (PlannerPlanReader.TryRead(repository, id) is not { } plan)
        {
            return;
        }
        var run = StoredRunFinder.Require(repository, id);
        PlanOverview.WriteInFull(plan, settings, context);
        if (parsed.GetValue(_json))
        {
            var planner = run.Status.Tasks.First(task => task.Id == PlannerTaskDefinition.Id);
            using var document = JsonDocument.Parse(PlanJson.WriteIndented(plan));
            context.Print(
                new PlannedDocument(
                    run.Id,
                    parsed.GetValue(_output),
                    planner.Attempt,
                    run.Status.AgentStarts,
                    run.Status.Cost,
                    plan.Tasks.Count,
                    TaskGraph.Of(plan).Waves,
                    new RunQueries(context).RiskOf(plan, settings).Score,
                    document.RootElement.Clone()
                ),
                DocumentJson.Default.PlannedDocument
            );
        }
        else if (parsed.GetValue(_output) is null)
        {
            context.Terminal.Document(TaskGraphYamlWriter.WriteShort(plan));
        }
    }
}
