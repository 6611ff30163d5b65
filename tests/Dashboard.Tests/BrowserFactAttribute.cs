using Orchestrator.TestKit;

namespace Orchestrator.Dashboard.Tests;

/// <summary>A test in a real browser; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() =>
        Skip =
            Browser is null ? "needs chromium, which scripts/setup installs where it may"
            : !Directory.Exists(
                Path.Combine(RepositoryFiles.Root, "tests", "Dashboard.Tests", "browser", "node_modules", "playwright-core")
            )
                ? "needs npm's playwright-core, which scripts/setup installs"
            : null;

    /// <summary>Path of chromium, or null if it is not installed.</summary>
    public static string? Browser { get; } =
        ((string[])["chromium", "chromium-browser", "google-chrome"])
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
