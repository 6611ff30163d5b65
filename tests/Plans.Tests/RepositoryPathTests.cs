using Xunit;

namespace Orchestrator.Plans.Tests;

/// <summary>A normalized path is printed and read again: it has to be taken for itself.</summary>
public sealed class RepositoryPathTests
{
    [Theory]
    [InlineData("./~", "is in a home folder")]
    [InlineData("a/../~/b", "is in a home folder")]
    [InlineData("./C:/b", "is absolute")]
    [InlineData("./ b", "begins or ends with a space")]
    [InlineData("b /.", null)]
    [InlineData("a/~", null)]
    public void TryNormalize_PathThatIsAnotherOnceItIsNormal_IsRefused(string text, string? fault)
    {
        Assert.Equal(fault is null, RepositoryPath.TryNormalize(text, out _, out var why));
        Assert.Equal(fault, why);
    }

    [Fact]
    public void TryNormalize_AnyPath_IsTakenForItselfAgain()
    {
        const string Letters = "./~ C:\\a\t*G";
        var random = new Random(20261125);
        for (var round = 0; round < 50_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Letters[random.Next(Letters.Length)])]);
            if (RepositoryPath.TryNormalize(text, out var path, out _))
            {
                Assert.True(RepositoryPath.TryNormalize(path, out var again, out var fault), $"'{text}' is '{path}', which {fault}");
                Assert.Equal(path, again);
            }
        }
    }
}
