using Xunit;

namespace Orchestrator.Plans.Tests;

public class FailureLineTests
{
    [Theory]
    [InlineData("collected 3\nE   assert 41 == 42\n1 failed, 2 passed", "E   assert 41 == 42")]
    [InlineData(
        "not ok 1\n  AssertionError [ERR]: Expected values to be strictly equal:\nend",
        "AssertionError [ERR]: Expected values to be strictly equal:"
    )]
    [InlineData("FAIL a.test.js\n  Expected: 42\n  Received: 41\n\nTests: 1 failed", "Expected: 42, received: 41")]
    [InlineData("--- FAIL: TestA\n    a_test.go:7: got 41, want 42\nFAIL\nexit status 1", "a_test.go:7: got 41, want 42")]
    [InlineData("src/a.ts(3,1): error TS2304: Cannot find name 'x'.\nFound 1 error.", "src/a.ts(3,1): error TS2304: Cannot find name 'x'.")]
    [InlineData("\u001b[31mValueError: no such thing\u001b[0m\nend", "ValueError: no such thing")]
    [InlineData("all is\nsomehow wrong", null)]
    [InlineData("", null)]
    public void In_OutputOfARunner_IsWhatShowsTheFailure(string output, string? expected) => Assert.Equal(expected, FailureLine.In(output));
}
