using Orchestrator.Machine.Setup;
using Orchestrator.Plans;

namespace Orchestrator.App;

/// <summary>The context of a use case that no person follows, such as a question of the page: nothing is said, and nobody
/// answers.</summary>
/// <param name="environment">Variables of the process.</param>
/// <param name="directory">Absolute path of the folder that relative paths belong to.</param>
/// <param name="time">The clock.</param>
/// <param name="platform">The kind of machine; null: this one.</param>
/// <param name="interaction">Takes messages, or null to drop them.</param>
public sealed class UnattendedContext(
    IReadOnlyDictionary<string, string> environment,
    string directory,
    TimeProvider time,
    HostPlatform? platform = null,
    IInteraction? interaction = null
) : UseCaseContext(environment, directory, time, verbose: false, platform)
{
    /// <inheritdoc/>
    public override CancellationToken StopNow => CancellationToken.None;

    /// <inheritdoc/>
    public override IInteraction Interaction { get; } = interaction ?? new Nobody();

    private sealed class Nobody : IInteraction
    {
        public bool IsInteractive => false;

        public void Say(string line) { }

        public void Say(UntrustedText block) { }

        public void Warn(string line) { }

        public bool? Ask(string question, bool byDefault = false) => null;
    }
}
