using Orchestrator.App.Setup;

namespace Orchestrator.App;

/// <summary>
/// The context of a use case without a user, such as a query from the web page. Messages are discarded, and questions are not answered.
/// </summary>
/// <param name="environment">Environment variables of the process.</param>
/// <param name="directory">Absolute path of the folder to which relative paths refer.</param>
/// <param name="time">The clock.</param>
/// <param name="platform">The host platform, or null for that of this process.</param>
public sealed class NonInteractiveUseCaseServiceBundle(
    IReadOnlyDictionary<string, string> environment,
    string directory,
    TimeProvider time,
    HostPlatform? platform = null,
    IUserInteraction? interaction = null
) : UseCaseServiceBundle(environment, directory, time, verbose: false, platform)
{
    /// <inheritdoc/>
    public override CancellationToken StopNow => CancellationToken.None;

    /// <inheritdoc/>
    public override IUserInteraction Interaction { get; } = interaction ?? new UnattendedInteraction();

    /// <summary>
    /// Returns the context of a use case in another folder. The clock, the environment variables and the platform are taken from the
    /// caller's context.
    /// </summary>
    /// <param name="directory">Absolute path of the folder.</param>
    /// <param name="caller">The context of the caller.</param>
    /// <param name="interaction">Receives messages, or null to discard them.</param>
    /// <param name="device">Name of the user's device, or null for the terminal of this machine.</param>
    public static NonInteractiveUseCaseServiceBundle In(
        string directory,
        UseCaseServiceBundle caller,
        IUserInteraction? interaction = null,
        string? device = null
    ) => new(caller.Environment, directory, caller.Time, caller.Platform, interaction) { Device = device };

    private sealed class UnattendedInteraction : IUserInteraction
    {
        public bool IsInteractive => false;

        public void Inform(string line) { }

        public void Inform(UntrustedText block) { }

        public void Warn(string line) { }

        public bool? Ask(string question, bool byDefault = false) => null;
    }
}
