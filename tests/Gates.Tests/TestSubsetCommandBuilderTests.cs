using Orchestrator.Gates.Running;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class TestSubsetCommandBuilderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pytest -q tests", "tests/test_a.py::TestA::test_b[1-x]", "pytest -q tests -k 'test_b'")]
    [InlineData("python -m unittest discover", "test_b (tests.A)", "python -m unittest discover -k 'test_b'")]
    [InlineData("cargo test --workspace", "calc::tests::adds", "cargo test --workspace -- 'adds'")]
    [InlineData("go test -race ./...", "TestAdd/small", "go test -run '^TestAdd$' -race ./...")]
    [InlineData("dotnet test -c Release", "Calc.Tests.Adds(x: 1)", "dotnet test -c Release --filter 'FullyQualifiedName~Adds'")]
    [InlineData("npx jest --ci", "calc › adds (2)", "npx jest --ci -t 'adds'")]
    [InlineData("npx vitest run", "calc.test.ts > calc > adds 1.5", "npx vitest run -t 'adds\\ 1\\.5'")]
    [InlineData("node --test tests/", "adds two", "node --test '--test-name-pattern=adds\\ two' tests/")]
    [InlineData(
        "./mvnw -q verify",
        "com.example.CalcTest.adds",
        "./mvnw -q verify -Dsurefire.failIfNoSpecifiedTests=false '-Dtest=*#adds'"
    )]
    [InlineData("./gradlew test", "CalcTest > adds()", "./gradlew test --tests '*adds'")]
    [InlineData("vendor/bin/phpunit", "App\\CalcTest::testAdds", "vendor/bin/phpunit --filter 'testAdds'")]
    [InlineData("bundle exec rspec", "Calc adds two numbers", "bundle exec rspec -e 'Calc adds two numbers'")]
    [InlineData("cd api && cargo test", "adds", "cd api && cargo test -- 'adds'")]
    [InlineData("npm test", "calc › adds", "npm test -- -t 'adds'")]
    [InlineData("npm run unit", "adds", "node --test '--test-name-pattern=adds'")]
    public void Command_OfAKnownRunner_RunsTheTestAlone(string command, string test, string expected)
    {
        _folder.Write("package.json", """{"scripts": {"test": "jest --ci", "unit": "node --test"}}""");

        Assert.Equal(expected, TestSubsetCommandBuilder.Of(command, [test], _folder.Path));
    }

    [Theory]
    [InlineData("pytest | tee log", "test_a.py::test_b")]
    [InlineData("make test", "test_a.py::test_b")]
    [InlineData("pytest", "test_a.py::it's")]
    [InlineData("npx jest", "-x")]
    [InlineData("npm test", "adds")]
    public void Command_ThatCanNotSelectSafely_HasNone(string command, string test) =>
        Assert.Null(TestSubsetCommandBuilder.Of(command, [test], _folder.Path));
}
