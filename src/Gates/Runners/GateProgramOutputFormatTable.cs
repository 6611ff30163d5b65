namespace Orchestrator.Gates.Runners;

/// <summary>
/// Table of the output formats of test runners, build tools and linters, with one row for each. The row of a tool precedes the rows of
/// tools that can start it. As an exception, the rows of programs that fetch packages come first.
/// </summary>
internal static class GateProgramOutputFormatTable
{
    public static readonly IReadOnlyList<GateProgramOutputFormat> Rows =
    [
        .. PackageFetcherOutputFormats.Fetchers,
        .. PythonTestOutputFormats.Python,
        .. GoTestOutputFormats.Go,
        .. RustTestOutputFormats.Rust,
        .. RareJavaScriptTestOutputFormats.Small,
        .. JavaScriptTestOutputFormats.JavaScript,
        .. RareJavaScriptTestOutputFormats.JavaScript,
        .. RubyTestOutputFormats.Ruby,
        .. PhpTestOutputFormats.Php,
        .. DotNetTestOutputFormats.DotNet,
        .. JvmTestOutputFormats.Jvm,
        .. CppAndSwiftTestOutputFormats.Native,
        .. TapTestOutputFormats.TestAnything,
        .. TapTestOutputFormats.Others,
        .. LinterOutputFormats.Linters,
        .. BuildToolOutputFormats.Builders,
        .. BuildToolOutputFormats.Managers,
        .. BuildToolOutputFormats.Shells,
    ];
}
