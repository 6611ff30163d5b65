using System.Globalization;
using Orchestrator.ServerKillTest.PowerLoss;
using Temporal.Server;

namespace Orchestrator.ServerKillTest;

/// <summary>A server in this process whose disk loses power: the next one starts on what a disk may hold then.</summary>
/// <param name="folder">Folder for all of it.</param>
/// <param name="synchronous">False: the server does not sync, so that changes are lost. A test of the test.</param>
internal sealed class PowerlessServer(string folder, bool synchronous) : IVictim
{
    private int _life;
    private RecordedDisk? _disk;
    private TemporalServer? _server;

    /// <inheritdoc/>
    public string Address => "unix:" + SocketPath;

    private string SocketPath => Path.Combine(folder, "s");

    private string LifeFolder => Path.Combine(folder, _life.ToString(CultureInfo.InvariantCulture));

    private string DatabasePath => Path.Combine(LifeFolder, "engine.db");

    /// <inheritdoc/>
    public async Task StartAsync(Random random)
    {
        Directory.CreateDirectory(LifeFolder);
        _disk = new RecordedDisk(LifeFolder + Path.DirectorySeparatorChar);
        ShimVfs.Watch(_disk);
        _server = new TemporalServer(new TemporalServerOptions { DatabasePath = DatabasePath, SocketPath = SocketPath });
        await _server.StartAsync();
        if (!synchronous)
        {
            await _server.Parts.Database.MaintainAsync(static db =>
            {
                db.Execute("PRAGMA synchronous=OFF");
                return true;
            });
        }
    }

    /// <inheritdoc/>
    public async Task<string> CrashAsync(Random random)
    {
        await Task.Delay(random.Next(30, 600));
        var last = LifeFolder;
        _life++;
        Directory.CreateDirectory(LifeFolder);
        _disk!.LosePower(LifeFolder, random);
        await _server!.DisposeAsync();
        ShimVfs.Forget(_disk);
        _server = null;
        Directory.Delete(last, recursive: true);
        return DatabasePath;
    }

    /// <inheritdoc/>
    public async Task<string> StopAsync()
    {
        await _server!.DisposeAsync();
        ShimVfs.Forget(_disk!);
        _server = null;
        return DatabasePath;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await StopAsync();
        }
    }
}
