using Orchestrator.Plans;

namespace Orchestrator.App;

/// <summary>The person that a use case serves: is told of progress and warnings, and asked where someone can answer.</summary>
/// <remarks>Each line may hold text of others; implementations mark it as <see cref="UntrustedText"/> does.</remarks>
public interface IInteraction
{
    /// <summary>True if a person can read and answer.</summary>
    bool IsInteractive { get; }

    /// <summary>Tells a line of progress.</summary>
    void Say(string line);

    /// <summary>Tells a text of others, as a block.</summary>
    void Say(UntrustedText block);

    /// <summary>Tells a warning.</summary>
    void Warn(string line);

    /// <summary>Asks a yes-or-no question; null where nobody can answer.</summary>
    /// <param name="question">The question.</param>
    /// <param name="byDefault">The meaning of the enter key alone.</param>
    bool? Ask(string question, bool byDefault = false);
}
