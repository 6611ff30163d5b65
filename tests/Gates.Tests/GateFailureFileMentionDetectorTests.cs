using Orchestrator.Gates.Results;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

public sealed class GateFailureFileMentionDetectorTests
{
    [Theory]
    [InlineData("src/parser.py", "FAILED tests/test_parser.py::test_empty", true)]
    [InlineData("src/parser.py", "ImportError: cannot import name 'x' from 'src.parser'", true)]
    [InlineData("src/parser.py", "error in PARSER.PY line 3", true)]
    [InlineData("src/parser.py", "the test of printer timed out", false)]
    [InlineData("src/io.c", "io error", false)]
    [InlineData("src/io.c", "src/io.c:3: expected ';'", true)]
    [InlineData("Makefile", "make: *** [Makefile:3: all] Error 1", true)]
    [InlineData("src/art.c", "the cart is empty", false)]
    public void AnyOf_Output_MentionsAFileByItsPathItsNameOrItsStem(string file, string output, bool isMentioned) =>
        Assert.Equal(isMentioned, GateFailureFileMentionDetector.AnyOf(["docs/other.md", file], Failed(output)));

    [Fact]
    public void AnyOf_FailedTest_MentionsAFile() =>
        Assert.True(
            GateFailureFileMentionDetector.AnyOf(["lib/cart.rb"], Failed("1 failure") with { FailedTests = ["spec/cart_spec.rb:3"] })
        );

    private static GateVerdict Failed(string output) =>
        new()
        {
            Gate = new Gate("make test"),
            Command = "make test",
            Result = GateResult.Failed,
            Tail = output,
        };
}
