using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.ServerKillTest;

/// <summary>
/// A server in a process of its own, killed with SIGKILL: by us at a random moment, or by itself in the middle of a write or a sync.
/// </summary>
internal sealed class KilledServer(string folder) : IVictim
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? _process;

    /// <inheritdoc/>
    public string Address => "unix:" + SocketPath;

    private string DatabasePath => Path.Combine(folder, "engine.db");

    private string SocketPath => Path.Combine(folder, "s");

    /// <inheritdoc/>
    public async Task StartAsync(Random random)
    {
        var library = typeof(KilledServer).Assembly.Location;
        var arguments = new List<string> { library, "serve", DatabasePath, SocketPath };
        if (random.Next(2) == 0)
        {
            arguments.Add(random.Next(1, 400).ToString(CultureInfo.InvariantCulture));
        }
        _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var limit = new CancellationTokenSource(Patience);

        // Null: it died at once, while it opened the file. That is a crash like any other.
        _ = await _process.StandardOutput.ReadLineAsync(limit.Token);
    }

    /// <inheritdoc/>
    public async Task<string> CrashAsync(Random random)
    {
        await Task.Delay(random.Next(30, 600));
        await KillAsync();
        return DatabasePath;
    }

    /// <inheritdoc/>
    public async Task<string> StopAsync()
    {
        _ = Terminate(_process!.Id, 15);
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the server ended with {_process.ExitCode} instead of stopping");
        }
        _process.Dispose();
        _process = null;
        return DatabasePath;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task KillAsync()
    {
        if (_process is null)
        {
            return;
        }
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Terminate(int process, int signal);
}
