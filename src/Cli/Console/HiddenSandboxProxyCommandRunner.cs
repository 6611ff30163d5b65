#pragma warning disable RS0030 // Only files with this kind of comment may use the console.
using Orchestrator.Network;

namespace Orchestrator.Cli.Console;

/// <summary>
/// Runs the hidden commands that give sandboxes access to the network. These commands start quickly, because they do not load the rest of
/// the program.
/// </summary>
internal static class HiddenSandboxProxyCommandRunner
{
    /// <summary>Opens listening sockets in the current sandbox and passes them to the proxy.</summary>
    /// <param name="socket">Path of the proxy's socket for this sandbox.</param>
    /// <param name="ports">Ports, separated by commas.</param>
    /// <returns>The exit code.</returns>
    public static int Open(string socket, string ports)
    {
        if (SandboxSocketOpener.Open(socket, ports) is not { } fault)
        {
            return (int)UseCaseOutcome.Done;
        }
        System.Console.Error.WriteLine(fault);
        return (int)UseCaseOutcome.Unavailable;
    }

    /// <summary>Runs the network proxy until no sandbox remains.</summary>
    /// <param name="folder">Folder of the proxy.</param>
    /// <returns>The exit code.</returns>
    public static int Serve(string folder)
    {
        using var interrupts = InterruptHandler.OfProcess();
        NetworkProxy proxy = new(
            folder,
            NetworkProxy.OfMachine,
            TimeProvider.System,
            sentence => System.Console.Error.WriteLine($"{DateTimeOffset.UtcNow:u} {sentence}")
        );
        proxy.ServeAsync(interrupts.Stop).GetAwaiter().GetResult();
        return (int)UseCaseOutcome.Done;
    }
}
