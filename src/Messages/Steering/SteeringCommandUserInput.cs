namespace Orchestrator.Messages;

/// <summary>Arguments of a steering command.</summary>
/// <param name="By">User and client, such as <c>kim@laptop</c>.</param>
/// <param name="Task">Id of the task or question, or null if the command applies to the whole run.</param>
public sealed record SteeringCommandUserInput(string By, string? Task = null)
{
    /// <summary>Values of the command's arguments (<see cref="SteeringCommandDefinition.Arguments"/>), by argument name.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Ids of several tasks, or null for all tasks. Used only to resolve an escalated run.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>
    /// Hash that identifies the question that the user saw (<see cref="RunQuestion.Shown"/>); empty to refer to the current question.
    /// </summary>
    public string Shown { get; init; } = "";

    /// <summary>Id of the task or question, for commands that require one.</summary>
    /// <exception cref="InvalidOperationException">The input names no task.</exception>
    public string RequiredTask => Task ?? throw new InvalidOperationException("The command needs a task.");

    /// <summary>Returns the value of an argument, or an empty string if it was not given.</summary>
    /// <param name="name">Name of the argument.</param>
    public string Text(string name) => Values.GetValueOrDefault(name, "");
}
