using Orchestrator.App.Moving;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>move export</c>: writes a task to a file, including the task's current work and its agent's conversation.</summary>
internal sealed class ExportTaskCommand : CliCommand
{
    private readonly Argument<string> _which = new("RUN/TASK") { Description = "The task" };
    private readonly Argument<string> _file = new("FILE") { Description = "File that the command writes, as a git bundle" };
    private readonly Option<bool> _allowSecrets = new("--allow-secrets") { Description = "Allow suspected secrets in the file" };

    public ExportTaskCommand()
        : base("export", "Export a task to a file, together with its work so far and its conversation")
    {
        Add(_which);
        Add(_file);
        Add(_allowSecrets);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, reference) = RunReference.Require(repository, parsed.GetRequiredValue(_which));
        var task = reference.RequireTask(run.Status);
        var file = context.FullPath(parsed.GetRequiredValue(_file));
        var written = await new TaskToFileExporter(context).WriteAsync(
            run.Status,
            task,
            repository.Root,
            file,
            parsed.GetValue(_allowSecrets),
            stop
        );
        context.Terminal.Inform(
            $"{file} contains {task} of {run.Id}, namely its work so far, the history before it, and "
                + (
                    written.Session.Length > 0
                        ? $"the conversation {written.Session}."
                        : "no conversation, so an agent starts from the files."
                )
        );
        if (!TaskStateNames.IsEnd(run.Status.Tasks.First(one => one.Id == task).State))
        {
            context.Terminal.Inform(
                $"The task also stays in {run.Id}. To avoid repeated work, use 'orchestrate cancel {run.Id}/{task}'; the run continues."
            );
        }
        return UseCaseOutcome.Done;
    }
}

/// <summary><c>move import</c>: creates a separate run that continues a task from an exported file.</summary>
internal sealed class ImportTaskCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "File that 'move export' wrote" };
    private readonly RunCommandOptions _options = new();
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public ImportTaskCommand()
        : base("import", "Continue an exported task as a separate run")
    {
        Add(_file);
        _options.AddTo(this, hasPlan: false);
        Add(_yes);
        _engine.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var runId = RunIds.Create(Path.GetFileNameWithoutExtension(parsed.GetRequiredValue(_file)), Guid.NewGuid(), "import");
        var yes = parsed.GetValue(_yes);
        var settings = RepositoryTrustPrompt.RequireTrust(
            context,
            context.OpenSettings(repository, [.. _options.Flags(parsed), .. _engine.Flags(parsed)], runId),
            yes,
            runId
        );
        var agreed = await RunStartPreconditionChecker.CheckReadyAsync(context, repository, settings, planFile: null, yes, stop);
        var import = new TaskFromFileImporter(context);
        var file = context.FullPath(parsed.GetRequiredValue(_file));
        var plan = await import.ReadPlanAsync(file, repository.Root, stop);
        RepositoryTrustPrompt.RequirePlanTrust(
            context,
            repository,
            RepositoryTrustPrompt.QuestionOf(plan, parsed.GetRequiredValue(_file)),
            yes,
            runId,
            $"Inspect them above, then: orchestrate move import {parsed.GetRequiredValue(_file)} --yes"
        );
        var taken = await import.ImportAsync(
            file,
            repository.Root,
            repository.LinkedWorktree,
            runId,
            StoredRunFinder.Open(repository).Select(run => run.Id),
            stop
        );
        var at = LocalTimeFormatter.Of(taken.At);
        context.Terminal.Inform(
            $"{taken.Task} of {taken.Run} was exported at {at} on {taken.Machine}, after "
                + $"{Plural.Of(taken.Starts, "agent start")}; its work so far continues here"
                + (taken.Session.Length > 0 ? $", and the conversation {taken.Session} continues." : ". It came without a conversation.")
        );
        var input = _options.InputOf(parsed, repository, settings.Settings!) with
        {
            Plan = PlanJson.ToData(plan), // The user confirmed this version of the file.
            Yes = agreed,
            Again = true,
            Conversations = taken.Session.Length > 0 ? new Dictionary<string, string> { [taken.Task] = taken.Session } : null,
        };
        return await ForegroundRunExecutor.RunAsync(
            runId,
            input,
            repository,
            settings.Settings!,
            _engine.Arguments(parsed),
            context,
            new TerminalPresenter(context),
            stop
        );
    }
}
