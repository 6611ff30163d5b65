using Orchestrator.Machine.Setup;

namespace Orchestrator.App;

/// <summary>Context of a use case without a user, such as a query from the web page. It discards messages and answers no
/// questions.</summary>
/// <param name="environment">Environment variables of the process.</param>
/// <param name="directory">Absolute path of the folder that relative paths are resolved against.</param>
/// <param name="time">Clock.</param>
/// <param name="platform">Host platform, or null for the current one.</param>
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
    public override IInteraction Interaction { get; } = interaction ?? new NoInteraction();

    /// <summary>Returns the context of a use case in another folder, with the clock, variables and platform of a caller.</summary>
    /// <param name="directory">Absolute path of the folder.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="interaction">Takes messages, or null to drop them.</param>
    /// <param name="device">Device of the user, or null for this terminal.</param>
    public static UnattendedContext In(string directory, UseCaseContext caller, IInteraction? interaction = null, string? device = null) =>
        new(caller.Environment, directory, caller.Time, caller.Platform, interaction) { Device = device };

    private sealed class NoInteraction : IInteraction
    {
        public bool IsInteractive => false;

        public void Say(string line) { }

        public void Say(UntrustedText block) { }

        public void Warn(string line) { }

        public bool? Ask(string question, bool byDefault = false) => null;
    }
}
