namespace Orchestrator.Benchmarks.Server;

/// <summary>
/// A folder on the disk of the build, not in the temporary folder, which may be in memory. ENGINE_BENCH_FOLDER names another disk.
/// </summary>
internal sealed class BenchFolder : IDisposable
{
    public string Path { get; } =
        Directory
            .CreateDirectory(
                System.IO.Path.Combine(
                    Environment.GetEnvironmentVariable("ENGINE_BENCH_FOLDER") ?? AppContext.BaseDirectory,
                    "engine-" + Guid.NewGuid().ToString("n")[..8]
                )
            )
            .FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
