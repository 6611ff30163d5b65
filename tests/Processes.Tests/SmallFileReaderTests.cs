using System.Text;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Processes.Tests;

public sealed class SmallFileReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("missing")]
    [InlineData("missing/below")]
    [InlineData("folder")]
    [InlineData("file/below")]
    [InlineData("file/below/a/file")]
    [InlineData("broken-link")]
    public void TryRead_WhereNoFileIs_IsNull(string path)
    {
        Directory.CreateDirectory(_folder["folder"]);
        File.WriteAllText(_folder["file"], "x");
        File.CreateSymbolicLink(_folder["broken-link"], "missing");

        Assert.Null(SmallFileReader.TryRead(_folder[path]));
        Assert.Null(SmallFileReader.ReadIfPossible(_folder[path]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(100_000)]
    public void TryRead_File_IsItsContentAlsoThroughALink(int length)
    {
        var content = Encoding.ASCII.GetBytes(new string('x', length));
        File.WriteAllBytes(_folder["file"], content);
        File.CreateSymbolicLink(_folder["link"], "file");

        Assert.Equal(content, SmallFileReader.TryRead(_folder["file"]));
        Assert.Equal(content, SmallFileReader.TryRead(_folder["link"]));
    }

    [Fact]
    public void TryRead_FileOfTheKernel_IsWholeAlthoughItsSizeIsZero() =>
        Assert.StartsWith("Name:", Encoding.ASCII.GetString(SmallFileReader.TryRead("/proc/self/status")!), StringComparison.Ordinal);
}
