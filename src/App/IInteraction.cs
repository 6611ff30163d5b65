namespace Orchestrator.App;

/// <summary>Reports progress and warnings of a use case to the user and asks questions if the user can answer.</summary>
/// <remarks>A line may contain untrusted text; implementations mark it as <see cref="UntrustedText"/> does.</remarks>
public interface IInteraction
{
    /// <summary>True if a user can read the output and answer questions.</summary>
    bool IsInteractive { get; }

    /// <summary>Reports a line of progress.</summary>
    void Say(string line);

    /// <summary>Prints an untrusted text as a block.</summary>
    void Say(UntrustedText block);

    /// <summary>Reports a warning.</summary>
    void Warn(string line);

    /// <summary>Asks a yes-or-no question. Returns the answer, or null if no user can answer.</summary>
    /// <param name="question">Text of the question.</param>
    /// <param name="byDefault">Answer if the user presses only the enter key.</param>
    bool? Ask(string question, bool byDefault = false);
}
