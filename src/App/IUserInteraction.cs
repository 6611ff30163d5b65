namespace Orchestrator.App;

/// <summary>Shows the progress and warnings of a use case, and asks questions if a user can answer.</summary>
/// <remarks>A line may contain untrusted text. Implementations escape it in the same way as <see cref="UntrustedText"/>.</remarks>
public interface IUserInteraction
{
    /// <summary>True if a user can read the output and answer questions.</summary>
    bool IsInteractive { get; }

    /// <summary>Shows a line about the progress.</summary>
    void Inform(string line);

    /// <summary>Shows untrusted multi-line text.</summary>
    void Inform(UntrustedText block);

    /// <summary>Shows a warning.</summary>
    void Warn(string line);

    /// <summary>Asks a question that is answered with yes or no. Returns null if no user can answer.</summary>
    /// <param name="question">Text of the question.</param>
    /// <param name="byDefault">The answer if the user presses only the Enter key.</param>
    bool? Ask(string question, bool byDefault = false);
}
