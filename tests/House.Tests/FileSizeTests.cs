using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A file that does one thing is short.</summary>
public sealed class FileSizeTests
{
    private const int Most = 500;

    [Fact]
    public void Sources_AreNotLongerThanAPersonReadsAtOnce() =>
        Assert.Empty(
            from file in ProjectFiles.Sources()
            let lines = File.ReadLines(file).Count()
            where lines > Most
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)} has {lines} lines; {Most} are enough: divide it by what its "
                + "parts are about"
        );
}
