using Xunit;

namespace Orchestrator.Plans.Tests;

public class ByteSizesTests
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1, "1 byte")]
    [InlineData(999, "999 bytes")]
    [InlineData(1_500, "1.5 kB")]
    [InlineData(40_960_000, "41 MB")]
    [InlineData(2_000_000_000, "2 GB")]
    [InlineData(23_449_000_000, "23.4 GB")]
    public void Describe_AnySize_IsInAUnitThatSaysSomething(long size, string text) => Assert.Equal(text, ByteSizes.Describe(size));
}
