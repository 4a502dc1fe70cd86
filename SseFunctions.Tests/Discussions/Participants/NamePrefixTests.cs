using SseFunctions.Discussions.Participants;

namespace SseFunctions.Tests.Discussions.Participants;

public sealed class NamePrefixTests
{
    [Theory]
    [InlineData("Ada: I disagree.", "I disagree.")]
    [InlineData("  \n**Ada:** I disagree.", "I disagree.")]
    [InlineData("**ada**:\n\nI disagree.", "I disagree.")]
    [InlineData("Ada says: I disagree.", "I disagree.")]
    [InlineData("Adam: I disagree.", "Adam: I disagree.")]
    [InlineData("Ada is my name: hello.", "Ada is my name: hello.")]
    [InlineData("**Bold** words: two", "**Bold** words: two")]
    [InlineData("I disagree, Ada: no.", "I disagree, Ada: no.")]
    [InlineData("Ada", "Ada")]
    [InlineData("Ada:", "")]
    [InlineData("**Ada:**  ", "")]
    [InlineData(" \n", "")]
    [InlineData("", "")]
    public void Removes_the_own_name_and_nothing_else(string answer, string words)
    {
        foreach (var size in new[] { 1, 2, 3, 5, 100 })
        {
            var prefix = new NamePrefix("Ada");
            var said = string.Concat(answer.Chunk(size).Select(piece => prefix.Append(new string(piece))));
            Assert.Equal(words, said + prefix.Complete());
            Assert.Equal(words.Length > 0, prefix.HasWords);
        }
    }

    [Fact]
    public void Does_not_hold_back_other_words()
    {
        var prefix = new NamePrefix("Ada");
        Assert.Equal("I", prefix.Append("I"));
        Assert.Equal(" d", prefix.Append(" d"));
    }
}
