using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Command;

/// <summary>Runs an arbitrary program as an agent. The program reads the prompt from standard input, works in the worktree, and claims to
/// be done by exiting with code 0.</summary>
/// <param name="name">Name in settings (<c>agents.NAME</c>).</param>
/// <param name="command">Program and arguments. A relative path is resolved against the repository, and a plain name is searched in
/// PATH.</param>
/// <param name="environment">Environment variables to pass to the program, or null to pass those of this process.</param>
public sealed class CommandAgentRunner(string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    : IAgentRunner
{
    private readonly IReadOnlyDictionary<string, string> _environment = environment ?? AgentEnvironment.OfThisProcess();

    /// <inheritdoc/>
    /// <remarks>A plain program has no conversation, so each agent run gets the whole prompt.</remarks>
    public string? FindConversation(string sessionId, string? state = null) => null;

    /// <inheritdoc/>
    public bool AnswersInText => true;

    /// <inheritdoc/>
    public bool TakesSystemPrompt => false;

    /// <inheritdoc/>
    /// <remarks>Returns the keys of a known program, such as <c>aider</c>. Empty for other programs.</remarks>
    public IReadOnlyList<string> Credentials => BuiltInAgents.Find(Path.GetFileName(Program))?.Credentials ?? [];

    /// <inheritdoc/>
    public AgentProgramFilePaths State =>
        AgentProgramFilePaths.OfProgram(Program, _environment.GetValueOrDefault("HOME")) with
        {
            Programs = command,
        };

    /// <inheritdoc/>
    public AgentInvocation Prepare(AgentRunParameters start) =>
        new(Locate(start.Repository) ?? Program, [.. command.Skip(1)], AgentEnvironment.Make(_environment, start, [], Credentials));

    /// <inheritdoc/>
    public IAgentOutputParser CreateParser(AgentRunParameters start) => new CommandAgentOutputParser(name, start.AnswerSchema is not null);

    /// <inheritdoc/>
    public Task<AgentProgramCheckResult> CheckAsync(string repository, CancellationToken cancellationToken) =>
        Task.FromResult(
            Locate(repository) is { } program
                ? new AgentProgramCheckResult(AgentProgramCheckStatus.Ok, $"Agent '{name}' runs {program}.")
                : new AgentProgramCheckResult(
                    AgentProgramCheckStatus.Failed,
                    $"The program '{Program}' of agent '{name}' was found neither in {repository} nor in PATH, or is not executable.",
                    $"Make the program available and executable (chmod +x), or correct agents.{name}.command."
                )
        );

    /// <summary>Name or path of the program. Empty if the settings name no program.</summary>
    private string Program => command.Count > 0 ? command[0] : "";

    private string? Locate(string repository) =>
        Program.Length == 0 ? null
        : !Path.IsPathRooted(Program) && ProgramLocator.Find("./" + Program, workingDirectory: repository) is { } own ? own
        : ProgramLocator.Find(Program, _environment.GetValueOrDefault("PATH"), repository);
}
