using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class GateCommandFileReferencesTests
{
    [Theory]
    [InlineData("pytest tests/test_auth.py", "tests/test_auth.py")]
    [InlineData("uv run --all-packages pytest tests/test_auth.py", "tests/test_auth.py")]
    [InlineData("uv run pytest -q ./tests/test_auth.py::test_login --cov=src", "tests/test_auth.py")]
    [InlineData("pip install -e . && python -m pytest 'tests/test_a.py' tests/test_b.py", "tests/test_a.py tests/test_b.py")]
    [InlineData("CI=1 npx mocha test/list.js", "test/list.js")]
    [InlineData("node scripts/verify.mjs --all", "scripts/verify.mjs")]
    [InlineData("bash scripts/verify.sh | tee out.txt", "scripts/verify.sh")]
    [InlineData("./scripts/verify.sh", "scripts/verify.sh")]
    [InlineData("python -W ignore tools/check.py", "tools/check.py")]
    [InlineData("node --test test/a.test.js", "test/a.test.js")]
    public void Of_CommandThatNamesFiles_FindsThem(string command, string files) =>
        Assert.Equal(files.Split(' '), GateCommandFileReferences.Of(command).Files);

    [Theory]
    [InlineData("npm test", "test")]
    [InlineData("npm run -s check:types", "check:types")]
    [InlineData("npm ci && npm run e2e -- --headed", "e2e")]
    [InlineData("pnpm run lint", "lint")]
    public void Of_CommandOfAPackageScript_FindsIt(string command, string script) =>
        Assert.Equal([script], GateCommandFileReferences.Of(command).Scripts);

    [Theory]
    [InlineData("cd web && pytest tests/test_a.py")]
    [InlineData("pytest tests/test_a.py || true")]
    [InlineData("pytest tests/test_*.py")]
    [InlineData("pytest $TESTS/test_a.py")]
    [InlineData("pytest --ignore tests/test_old.py")]
    [InlineData("pytest /opt/tests/test_a.py ../test_b.py")]
    [InlineData("npx vitest run src/auth.test.ts")]
    [InlineData("npm run build && node dist/main.js")]
    [InlineData("npm test -w packages/a", false)]
    [InlineData("npm --prefix web run lint", false)]
    [InlineData("npm run lint --if-present", false)]
    [InlineData("python -m tools.check")]
    [InlineData("python -c 'import a' x.py")]
    [InlineData("sh -c 'pytest tests/test_a.py'")]
    [InlineData("go test ./pkg/a_test.go")]
    [InlineData("./gradlew test")]
    [InlineData(".venv/bin/python")]
    [InlineData("test -f tests/test_a.py")]
    [InlineData("")]
    public void Of_CommandThatMayMeanAnother_SaysNothing(string command, bool scriptsToo = true)
    {
        var targets = GateCommandFileReferences.Of(command);

        Assert.Empty(targets.Files);
        Assert.True(scriptsToo || targets.Scripts.Count == 0);
    }
}
