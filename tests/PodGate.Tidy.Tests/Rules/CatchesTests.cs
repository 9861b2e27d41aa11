using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class CatchesTests
{
    private static readonly Func<SourceFile, IEnumerable<Finding>> Rule = Catches.Check;

    [Fact]
    public void Tree_SwallowsNothing() => Repository.Sources("src").SelectMany(Rule).ShouldBeNone();

    [Theory]
    [InlineData("try { } catch { }")]
    [InlineData("try { } catch { Count++; }")]
    [InlineData("try { } catch (Exception) { }")]
    [InlineData("try { } catch (Exception e) when (e is { Message: \"{\" }) { }")]
    [InlineData("try { } catch (Exception) { /* ignored */ }")]
    [InlineData("try { } catch (Exception)\n{\n    // Ignore.\n}")]
    public void Check_OfASwallowedException_FindsIt(string code) => Rule.ShouldFind(code);

    [Theory]
    [InlineData("try { } catch (Exception e) { Log(e); }")]
    [InlineData("try { } catch { Undo(); throw; }")]
    [InlineData("try { } catch (IOException)\n{\n    // Because the file may be gone already, which is what we want.\n}")]
    [InlineData("try { } catch (OperationCanceledException) { /* Told to stop. */ }")]
    [InlineData("try { } catch (IOException e) when (Is(e, () => { })) { Handle(); }")]
    public void Check_OfAHandledException_FindsNothing(string code) => Rule.ShouldAccept(code);
}
