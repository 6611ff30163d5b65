using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class FileLoggerTests
{
    [Fact]
    public void Log_DiskIsFull_EndsNothing()
    {
        // Every write to it fails as on a full disk: full(4).
        var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var provider = new FileLoggerProvider(full, LogLevel.Warning, TimeProvider.System);
        var logger = provider.CreateLogger("Engine");

        var failure = Record.Exception(() =>
        {
            for (var entry = 0; entry < 3; entry++)
            {
                logger.Log(LogLevel.Error, new EventId(1), "a fault", new IOException("x"), (state, _) => state);
            }
        });

        Assert.Null(failure);
    }

    [Fact]
    public void Log_Entries_AreLinesWithTheirExceptions()
    {
        using var folder = new TempFolder();
        var file = folder["engine.log"];
        using (var loggers = FileLoggerProvider.OpenFactory(file, verbose: false, TimeProvider.System))
        {
            var logger = loggers.CreateLogger("Engine");
            logger.Log(LogLevel.Debug, new EventId(1), "not worth it", null, (state, _) => state);
            logger.Log(LogLevel.Error, new EventId(1), "a fault ü", new IOException("why"), (state, _) => state);
        }

        var text = File.ReadAllText(file);
        Assert.Contains("Error Engine: a fault ü\n", text, StringComparison.Ordinal);
        Assert.Contains("why", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not worth it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFactory_FileIsALink_WritesNothingThroughIt()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["profile"], "mine");
        File.CreateSymbolicLink(folder["engine.log"], folder["profile"]);

        var refused = Assert.Throws<UnauthorizedAccessException>(() =>
            FileLoggerProvider.OpenFactory(folder["engine.log"], verbose: false, TimeProvider.System)
        );

        Assert.Contains("symbolic link", refused.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(folder["profile"]));
    }
}
