using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A file that does one thing is short.</summary>
public sealed class FileSizeTests
{
    private const int Most = 500;
    private const int Widest = 140;

    [Fact]
    public void Sources_AreNotLongerThanAPersonReadsAtOnce() =>
        Assert.Empty(
            from file in ProjectFiles.Sources()
            let lines = File.ReadLines(file).Count()
            where lines > Most
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)} has {lines} lines; {Most} are enough: divide it by what its "
                + "parts are about"
        );

    [Fact]
    public void Lines_AreNotWiderThanTheStyleHasThem() =>
        Assert.Empty(
            from file in ProjectFiles.Sources()
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Widest
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}:{line.Index + 1} has {line.Item.Length} columns; {Widest} are "
                + "enough: break the text, or give a part of it a name"
        );
}
