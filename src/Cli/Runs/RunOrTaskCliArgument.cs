namespace Orchestrator.Cli.Runs;

/// <summary>
/// Argument that names a run or a task: <c>RUN</c>, <c>RUN/TASK</c>, or <c>TASK</c> with or without <c>--run RUN</c>. All commands that
/// have this argument accept all of these forms.
/// </summary>
internal sealed class RunOrTaskCliArgument
{
    private readonly Argument<string?> _which;
    private readonly Option<string?> _run = new("--run") { Description = "Run that contains the task", HelpName = "RUN" };

    /// <summary>Creates the argument.</summary>
    /// <param name="name"><c>RUN</c> or <c>RUN/TASK</c>.</param>
    /// <param name="description">Description of the argument for the command.</param>
    /// <param name="isRequired">True if it is required because another argument follows.</param>
    public RunOrTaskCliArgument(string name, string description, bool isRequired = false) =>
        _which = new Argument<string?>(name)
        {
            Description = description,
            Arity = isRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        };

    public void AddTo(Command command)
    {
        command.Add(_which);
        command.Add(_run);
    }

    /// <summary>Combines the argument and the <c>--run</c> option into one string, or returns null if neither was given.</summary>
    /// <exception cref="UseCaseException">Two runs were named.</exception>
    public string? Text(ParseResult parsed)
    {
        var (which, run) = (parsed.GetValue(_which), parsed.GetValue(_run));
        if (run is null || which is null)
        {
            return which ?? run;
        }
        var reference = RunReference.Parse(which);
        return !which.Contains('/', StringComparison.Ordinal) ? $"{run}/{which}"
            : reference.Run is null || reference.Run == run ? $"{run}/{reference.Task}"
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{which}' and --run {run} name different runs.",
                "Specify only one of them."
            );
    }

    /// <summary>Finds the run to show, and the id of the task if the argument names one.</summary>
    public (StoredRun Run, RunReference Reference) Require(LocalRepositoryPaths repository, ParseResult parsed) =>
        RunReference.Require(repository, Text(parsed));

    /// <summary>Finds the run to change, and the id of the task if the argument names one.</summary>
    public (StoredRun Run, RunReference Reference) RequireOpen(LocalRepositoryPaths repository, ParseResult parsed) =>
        RunReference.RequireOpen(repository, Text(parsed));

    /// <summary>Finds the run to show, for commands that do not accept a task.</summary>
    /// <exception cref="UseCaseException">A task was named.</exception>
    public StoredRun RequireRun(LocalRepositoryPaths repository, ParseResult parsed) =>
        RunReference.RequireRun(Require(repository, parsed));

    /// <summary>Finds the run to change, for commands that do not accept a task.</summary>
    /// <exception cref="UseCaseException">A task was named.</exception>
    public StoredRun RequireOpenRun(LocalRepositoryPaths repository, ParseResult parsed) =>
        RunReference.RequireRun(RequireOpen(repository, parsed));
}
